"""A Postman collection of the whole API, made from OpenAPI, whose examples run in order as one story."""
