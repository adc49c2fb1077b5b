"""What a browser sees of an audit: the pages, their data, and who may have them."""
