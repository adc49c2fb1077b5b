"""What commands are made of before they work: settings, options, inputs, who judges, what a run resumes."""
