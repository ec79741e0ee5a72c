// Package axle holds the repository's own product repository: what axle demo publishes and
// axle init starts from.
package axle

import "embed"

// Files are pipeline.yaml, catalog.yaml and the sample products.
//
//go:embed pipeline.yaml catalog.yaml products/encrypted-bucket products/queue-with-dlq products/vpc-three-tier
var Files embed.FS
