# METADATA
# title: A load balancer’s listener takes TLS 1.2 or later
# custom:
#   id: AXLE-TF-ELB-2
#   fix: "Set ssl_policy = \"ELBSecurityPolicy-TLS13-1-2-2021-06\""
#   standards: [Security Hub ELB.17]
package axle.terraform.elb_policy

import data.axle.lib

old := {
	"ELBSecurityPolicy-2015-05", "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-FS-2018-06",
	"ELBSecurityPolicy-FS-1-1-2019-08", "ELBSecurityPolicy-TLS-1-0-2015-04",
	"ELBSecurityPolicy-TLS-1-1-2017-01",
}

says := "listener %s takes old TLS"

warn contains finding if some finding in lib.refuses(lib.of_any(["aws_lb_listener", "aws_alb_listener"]), ["ssl_policy"], old, says)
