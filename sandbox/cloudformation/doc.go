// Package cloudformation answers CloudFormation's operations: stacks of typed records whose
// whole history, future included, is planned when an operation starts and read as far as it
// is due. What others see of a resource (a bucket, a role, a name that is taken) is made or
// removed at that start; recorded properties hold every scalar as text, as CloudFormation does.
package cloudformation
