// Package iam answers the operations of AWS's iam over the world.
package iam

import (
	_ "github.com/aws/aws-sdk-go-v2/service/iam"
)
