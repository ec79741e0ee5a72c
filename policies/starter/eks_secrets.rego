# METADATA
# title: A Kubernetes cluster's secrets are encrypted with a KMS key
# custom:
#   id: AXLE-EKS-1
#   fix: "Set EncryptionConfig with Resources: [secrets] and a key"
#   standards: [Security Hub EKS.3]
package axle.rules.eks_secrets

import data.axle.lib

says := "secrets of cluster %s are not encrypted with a KMS key"

warn contains finding if some finding in lib.wants_given(lib.of("AWS::EKS::Cluster"), ["EncryptionConfig"], says)
