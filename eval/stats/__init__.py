"""Arrays in, figures out: agreement, intervals, tests, planning. It knows no rubric."""
