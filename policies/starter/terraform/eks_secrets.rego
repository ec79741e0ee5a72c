# METADATA
# title: A Kubernetes cluster’s secrets are encrypted with a KMS key
# custom:
#   id: AXLE-TF-EKS-2
#   fix: "Set encryption_config { resources = [\"secrets\"], provider { key_arn = … } }"
#   standards: [Security Hub EKS.3]
package axle.terraform.eks_secrets

import data.axle.lib

says := "the secrets of cluster %s are not encrypted with a KMS key"

warn contains finding if some finding in lib.wants_given(lib.of("aws_eks_cluster"), ["encryption_config"], says)
