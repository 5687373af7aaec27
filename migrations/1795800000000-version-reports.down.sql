DROP TABLE version_reports;
