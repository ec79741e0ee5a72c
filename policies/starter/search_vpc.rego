# METADATA
# title: A search domain stands in a VPC
# custom:
#   id: AXLE-SEARCH-4
#   fix: "Set VPCOptions; it cannot be changed later without a new domain"
#   standards: [Security Hub Opensearch.2, Security Hub ES.2]
package axle.rules.search_vpc

import data.axle.lib

says := "search domain %s has an endpoint on the internet"

warn contains finding if some finding in lib.wants_given(lib.of_any({"AWS::OpenSearchService::Domain", "AWS::Elasticsearch::Domain"}), ["VPCOptions", "SubnetIds"], says)
