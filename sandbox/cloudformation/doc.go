// Package cloudformation answers CloudFormation's operations: stacks of typed records whose
// whole history, future included, is planned when an operation starts and read as far as it
// is due. What others can see of a resource (a bucket, a role, a name that is taken) is made
// or removed at the start of the operation.
package cloudformation
