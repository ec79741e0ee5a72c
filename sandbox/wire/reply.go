package wire

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strconv"
)

// Reply is an HTTP answer. It is plain data, so that a repeated token can get it again.
type Reply struct {
	Status int
	Header map[string]string
	Body   []byte
}

// Write sends the reply, with its length: a client that has it need not wait for a last chunk.
// HEAD has no body.
func (p Reply) Write(w http.ResponseWriter, method string) {
	for k, v := range p.Header {
		w.Header().Set(k, v)
	}
	if w.Header().Get("Content-Length") == "" && p.Status != http.StatusNoContent && p.Status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(p.Body)))
	}
	w.WriteHeader(p.Status)
	if method != http.MethodHead {
		_, _ = w.Write(p.Body) // the caller is gone; what it asked for is kept
	}
}

// Succeed writes an operation's output. A REST operation gives its Reply itself.
func (req *Request) Succeed(out any, requestID string) Reply {
	switch req.Protocol {
	case JSON:
		return answer(http.StatusOK, jsonType, encodeJSON(out), requestID)
	case Query:
		return answer(http.StatusOK, xmlType, encodeQuery(req, out, requestID), requestID)
	}
	reply := answer(http.StatusOK, "", nil, requestID)
	if own, ok := out.(*Reply); ok && own != nil {
		reply.Body = own.Body
		if own.Status != 0 {
			reply.Status = own.Status
		}
		for k, v := range own.Header {
			reply.Header[k] = v
		}
	}
	return reply
}

const (
	jsonType = "application/x-amz-json-1.1"
	xmlType  = "text/xml"
)

func answer(status int, contentType string, body []byte, requestID string) Reply {
	h := map[string]string{"X-Amzn-Requestid": requestID}
	if contentType != "" {
		h["Content-Type"] = contentType
	}
	return Reply{Status: status, Header: h, Body: body}
}

// Refuse writes an error in the form of the request's protocol.
func (req *Request) Refuse(e *Error, requestID string) Reply {
	status := e.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	switch req.Protocol {
	case JSON:
		return answer(status, jsonType, jsonError(e), requestID)
	case Query:
		return answer(status, xmlType, queryError(req, e, requestID), requestID)
	}
	return restError(e, status, requestID)
}

func jsonError(e *Error) []byte {
	members := map[string]string{"__type": e.Code, "Message": e.Message}
	if e.Reason != "" {
		members["Reason"] = e.Reason
	}
	body, _ := json.Marshal(members) // strings always marshal
	return body
}

func queryError(req *Request, e *Error, requestID string) []byte {
	var b bytes.Buffer
	open(&b, "ErrorResponse", namespaces[req.Service])
	kind := "Sender"
	if e.Status >= 500 {
		kind = "Receiver"
	}
	b.WriteString("<Error>")
	element(&b, "Type", kind)
	element(&b, "Code", e.Code)
	element(&b, "Message", e.Message)
	b.WriteString("</Error>")
	element(&b, "RequestId", requestID)
	b.WriteString("</ErrorResponse>")
	return b.Bytes()
}

// restCodes are S3's names of the errors that all services share.
var restCodes = map[string]string{
	"MissingAuthenticationToken": "AccessDenied",
	"InvalidClientTokenId":       "InvalidAccessKeyId",
	"RequestExpired":             "RequestTimeTooSkewed",
	"RequestEntityTooLarge":      "EntityTooLarge",
}

func restError(e *Error, status int, requestID string) Reply {
	code := e.Code
	if own, ok := restCodes[code]; ok {
		code = own
	}
	var b bytes.Buffer
	b.WriteString(xml.Header + "<Error>")
	element(&b, "Code", code)
	element(&b, "Message", e.Message)
	element(&b, "RequestId", requestID)
	b.WriteString("</Error>")
	reply := answer(status, "application/xml", b.Bytes(), requestID)
	reply.Header["X-Amz-Request-Id"] = requestID
	return reply
}
