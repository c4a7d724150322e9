"""Access tokens: JWT, signed with RS256, which API Gateway accepts as well."""
