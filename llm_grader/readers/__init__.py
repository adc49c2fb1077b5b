r"""Readers: a file of any source in, transcripts out; one small module per source format.

Bytes become a `Document` in `source`; `read` finds the reader that knows it; `roles` settles who is who in what it
says.

A reader module has three names: `NAME`, what `--format` calls it; `sniff(document)`, whether a file is of this format,
by its content and never by its name; `read(document)`, its transcripts. A format whose conversations span files, such
as mail, has `pieces(document)` and `join(pieces)` in the place of `read`. The first line of its docstring is what
`llm-grader read formats` says of it. Where a format is JSON that needs no code, it is a recipe (`recipes/`, YAML with
JMESPath), which a `RecipeReader` follows. A reader says what the source says, speakers, stated roles and languages; who
is the agent, and what language is spoken, is settled here, for all formats alike.

Nothing of a source is dropped silently: it becomes a turn, an event, metadata or a warning. What is broken is reported
through the document, and the rest is read. `turn.text` is never rewritten after reading. Reading decodes, and in
formats made of lines it makes line ends `\n` and takes blanks off both ends of a turn; texts of JSON and tables stay as
they are, but that HTML of an e-mail becomes text. Every e-mail, of whatever source, has segments.
"""

from llm_grader.readers.read import FORMATS, ColumnMapping, RoleMapping, read_transcripts

__all__ = ["FORMATS", "ColumnMapping", "RoleMapping", "read_transcripts"]
