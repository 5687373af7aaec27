throw new Error('no database at /srv/secret/place');
