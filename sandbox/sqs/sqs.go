// Package sqs answers the operations of AWS's sqs over the world.
package sqs

import (
	_ "github.com/aws/aws-sdk-go-v2/service/sqs"
)
