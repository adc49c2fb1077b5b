"""Where bytes come from and what is known of them: files, archives, encodings, JSON, times, columns."""
