# METADATA
# title: A Kubernetes cluster logs
# custom:
#   id: AXLE-TF-EKS-3
#   fix: "Set enabled_cluster_log_types"
#   standards: [Security Hub EKS.8]
package axle.terraform.eks_audit

import data.axle.lib

says := "cluster %s logs nothing"

warn contains finding if some finding in lib.wants_given(lib.of("aws_eks_cluster"), ["enabled_cluster_log_types"], says)
