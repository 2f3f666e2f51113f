// For tests: heads that two readers could read two ways, each to be refused. Acceptance 15.
#pragma once

#include <string>
#include <vector>

#include "http/head.h"

namespace headroom::http {

inline std::vector<std::string> smuggling_variants() {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n", end = "\r\n\r\n";
  return {
      post + "Content-Length: 3\r\nTransfer-Encoding: chunked" + end,
      post + "Transfer-Encoding: chunked\r\nContent-Length: 3" + end,
      post + "Content-Length: 3\r\nContent-Length: 3" + end,
      post + "Content-Length: 3\r\nContent-Length: 4" + end,
      post + "Content-Length: 3, 3" + end,
      post + "Content-Length: 3,4" + end,
      post + "Content-Length: +3" + end,
      post + "Content-Length: -3" + end,
      post + "Content-Length: 0x3" + end,
      post + "Content-Length: 3 3" + end,
      post + "Content-Length: 3." + end,
      post + "Content-Length: 1e3" + end,
      post + "Content-Length: " + end,
      post + "Content-Length: three" + end,
      post + "Content-Length: 99999999999999999999" + end,
      post + "Content-Length: 18446744073709551616" + end,
      post + "Content-Length : 3" + end,
      post + "Content-Length\t: 3" + end,
      post + " Content-Length: 3" + end,
      post + "X: 1\r\n Content-Length: 3" + end,
      post + "X: 1\r\n\tfolded" + end,
      post + "Content-Length:\r\n 3" + end,
      post + "Transfer-Encoding: identity" + end,
      post + "Transfer-Encoding: gzip" + end,
      post + "Transfer-Encoding: gzip, chunked" + end,
      post + "Transfer-Encoding: chunked, chunked" + end,
      post + "Transfer-Encoding: chunked, identity" + end,
      post + "Transfer-Encoding: chunked;q=1" + end,
      post + "Transfer-Encoding: \"chunked\"" + end,
      post + "Transfer-Encoding: xchunked" + end,
      post + "Transfer-Encoding: chunkedx" + end,
      post + "Transfer-Encoding: chu nked" + end,
      post + "Transfer-Encoding: ,chunked" + end,
      post + "Transfer-Encoding: " + end,
      post +
          "Transfer-Encoding: \x0b"
          "chunked" +
          end,
      post + "Transfer-Encoding : chunked" + end,
      post + "Transfer-Encoding\x0b: chunked" + end,
      post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked" + end,
      post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity" + end,
      post + "Transfer-Encoding: chunked\r\ntransfer-encoding: x" + end,
      post + "X: a\nTransfer-Encoding: chunked" + end,
      post + "X: a\rTransfer-Encoding: chunked" + end,
      post + "X: a\r\r\nY: b" + end,
      post + std::string("X: a\0b", 6) + end,
      post + std::string("\0X: a", 5) + end,
      post + "X\x01: a" + end,
      post + "X: \x7f" + end,
      post + ": a" + end,
      post + "X a" + end,
      post + "X(Y): a" + end,
      post + "X,Y: a" + end,
      post + "\xc3\xa9: a" + end,
      post + "Host: b" + end,
      post + "host: a" + end,
      "POST / HTTP/1.1\r\nX: 1" + end,
      "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked" + end,
      "POST / HTTP/1.2\r\nHost: a" + end,
      "POST / HTTP/2.0\r\nHost: a" + end,
      "POST / HTTP/1.1 \r\nHost: a" + end,
      "POST / HTTP/01.1\r\nHost: a" + end,
      "POST / http/1.1\r\nHost: a" + end,
      "POST /\r\nHost: a" + end,
      "POST  / HTTP/1.1\r\nHost: a" + end,
      "POST /a b HTTP/1.1\r\nHost: a" + end,
      "POST /\t HTTP/1.1\r\nHost: a" + end,
      " POST / HTTP/1.1\r\nHost: a" + end,
      "\r\nPOST / HTTP/1.1\r\nHost: a" + end,
      "\nPOST / HTTP/1.1\r\nHost: a" + end,
      "PO ST / HTTP/1.1\r\nHost: a" + end,
      "PO(ST / HTTP/1.1\r\nHost: a" + end,
      "POST http://b/ HTTP/1.1\r\nHost: a" + end,
      "POST //b@c HTTP/1.1\r\nHost: a\r\nHost: b" + end,
      "POST * HTTP/1.1\r\nHost: a" + end,
      "POST b HTTP/1.1\r\nHost: a" + end,
      "POST /\x80 HTTP/1.1\r\nHost: a" + end,
      std::string("POST /\0 HTTP/1.1\r\nHost: a", 25) + end,
      "CONNECT b:443 HTTP/1.1\r\nHost: b" + end,
      "CONNECT / HTTP/1.1\r\nHost: b" + end,
      "GET / HTTP/1.1\nHost: a\n\n",
      "GET / HTTP/1.1\r\nHost: a\n\r\n",
      "GET / HTTP/1.1\rHost: a\r\r",
      "GET /" + std::string(max_target, 'a') + " HTTP/1.1\r\nHost: a" + end,
      post + "X: " + std::string(max_head, 'a') + end,
  };
}

}  // namespace headroom::http
