module.exports = { name: 'common-js' };
