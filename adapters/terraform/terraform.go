// Package terraform reads Terraform's language and runs its binary: a configuration without
// running any of it, and the tests of a module.
package terraform

import (
	_ "github.com/hashicorp/hcl/v2"
	_ "github.com/hashicorp/hcl/v2/hclsyntax"
	_ "github.com/zclconf/go-cty/cty"
	_ "github.com/zclconf/go-cty/cty/function/stdlib"
)
