"""What a version of the report does not show: personal data, or the names of colleagues."""
