# METADATA
# title: A Kubernetes cluster is not open to the internet
# custom:
#   id: AXLE-TF-EKS-1
#   fix: "Set endpoint_public_access = false in vpc_config, and reach it from within"
#   standards: [Security Hub EKS.1]
package axle.terraform.eks_public

import data.axle.lib

says := "cluster %s is open to the internet"

warn contains finding if some finding in lib.wants_false(lib.of("aws_eks_cluster"), ["vpc_config", 0, "endpoint_public_access"], says)
