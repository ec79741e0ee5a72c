package sqlite

// LogSchemas are the schema of each version of the log, oldest first.
var LogSchemas = logSchema
