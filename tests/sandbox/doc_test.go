// Package sandbox judges the sandbox by what is not ours: AWS's SDK for Go and its checks, boto3 and the
// aws CLI as clients of the port, and bytes of any kind; and it holds docs/sandbox-coverage.md to the code.
package sandbox
