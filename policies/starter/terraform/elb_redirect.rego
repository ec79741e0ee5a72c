# METADATA
# title: A load balancer speaks TLS
# custom:
#   id: AXLE-TF-ELB-1
#   fix: "Listen with protocol = \"HTTPS\", and redirect HTTP to it"
#   standards: [Security Hub ELB.1]
package axle.terraform.elb_redirect

import data.axle.lib

serving := {id: properties |
	some id, properties in lib.of_any(["aws_lb_listener", "aws_alb_listener"])
	lib.at(properties, ["default_action", 0, "type"]) != "redirect"
}

warn contains finding if some finding in lib.refuses(serving, ["protocol"], {"HTTP"}, "listener %s does not speak TLS")

warn contains finding if {
	some id, properties in lib.of_any(["aws_lb_listener", "aws_alb_listener"])
	lib.at(properties, ["default_action", 0, "type"]) == "redirect"
	object.get(properties, "protocol", null) == "HTTP"
	some finding in lib.wants_one_of({id: properties}, ["default_action", 0, "redirect", 0, "protocol"], {"HTTPS"}, "listener %s redirects to what is not TLS")
}
