"""Who and what sends a mail: the person behind a group or a form, a machine, and what stands for headers in a text."""
