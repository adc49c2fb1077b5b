"""What a browser shows: templates, scripts and styles as data, the texts of five languages, and one environment.

Whatever people said reaches a page as text: templates escape by themselves, scripts write by `textContent`, and the
only markup that Python makes is that of `svg`, from numbers alone.
"""
