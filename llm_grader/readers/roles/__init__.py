"""Who is who and in which language, where the source does not say."""
