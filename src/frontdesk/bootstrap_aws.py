"""The composition root of the Lambda functions: settings in, what one function needs out, and nothing more imported."""
