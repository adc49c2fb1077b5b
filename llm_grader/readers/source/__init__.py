"""Where bytes come from and what is known of them: files, archives, encodings, JSON, times, columns.

A path, bytes or rows come in, and a `Document` goes out to the readers, with what they read fields and times by.
"""
