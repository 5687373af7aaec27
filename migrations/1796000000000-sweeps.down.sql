DROP TABLE sweep_files;
DROP TABLE sweep_candidates;
