# METADATA
# title: A machine gives its credentials only to whoever asks with a token
# custom:
#   id: AXLE-TF-EC2-4
#   fix: "Set metadata_options { http_tokens = \"required\" }"
#   standards: [Security Hub EC2.8, CIS AWS v3.0 5.6]
package axle.terraform.ec2_tokens

import data.axle.lib

says := "machine %s gives its credentials without a token"

warn contains finding if some finding in lib.wants_one_of(lib.of_any(["aws_instance", "aws_launch_template"]), ["metadata_options", 0, "http_tokens"], {"required"}, says)
