# METADATA
# title: A search domain takes TLS 1.2 or later
# custom:
#   id: AXLE-SEARCH-3
#   fix: "Set DomainEndpointOptions: { EnforceHTTPS: true, TLSSecurityPolicy: Policy-Min-TLS-1-2-PFS-2023-10 }"
#   standards: [Security Hub Opensearch.8, Security Hub ES.8]
package axle.rules.search_tls

import data.axle.lib

says := "search domain %s takes TLS 1.0"

warn contains finding if some finding in lib.wants_one_of(lib.of_any({"AWS::OpenSearchService::Domain", "AWS::Elasticsearch::Domain"}), ["DomainEndpointOptions", "TLSSecurityPolicy"], {"Policy-Min-TLS-1-2-2019-07", "Policy-Min-TLS-1-2-PFS-2023-10"}, says)
