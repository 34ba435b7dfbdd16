# ruff: noqa: E501 - messages are easier to read unbroken
"""SIP messages after the torture tests of RFC 4475, addressed to the endpoint under test.

Each keeps the trait that its section is about; addresses are of the loopback.
"""

from collections.abc import Iterator

SDP = (
    "v=0\r\no=mhandley 29739 7272939 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 49217 RTP/AVP 0 12\r\na=rtpmap:0 PCMU/8000\r\n"
)


def message(
    first: str = "INVITE sip:user@127.0.0.1 SIP/2.0",
    *,
    via: str = "SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bK{0}",
    from_: str = "<sip:caller@127.0.0.1>;tag={0}",
    to: str = "<sip:user@127.0.0.1>",
    call_id: str = "{0}@torture",
    cseq: str = "8 INVITE",
    more: str = "",
    body: str = SDP,
    length: str | None = None,
    name: str = "",
) -> bytes:
    fields = {
        "Via": via,
        "From": from_,
        "To": to,
        "Call-ID": call_id,
        "CSeq": cseq,
        "Max-Forwards": "70",
        "Contact": "<sip:caller@127.0.0.1:5999>",
    }
    head = "".join(f"{key}: {value.format(name)}\r\n" for key, value in fields.items() if value)
    kind = "Content-Type: application/sdp\r\n" if body else ""
    size = length if length is not None else str(len(body.encode()))
    text = f"{first}\r\n{head}{more}{kind}Content-Length: {size}\r\n\r\n{body}"
    return text.encode("utf-8", "surrogateescape")


def options(first: str = "OPTIONS sip:user@127.0.0.1 SIP/2.0", **fields: str) -> bytes:
    return message(first, **{"cseq": "1 OPTIONS", "body": "", **fields})


def register(**fields: str) -> bytes:
    given = {"cseq": "1 REGISTER", "body": "", **fields}
    return message("REGISTER sip:127.0.0.1 SIP/2.0", **given)


def torture() -> Iterator[tuple[str, bytes]]:
    """Name and wire form of every message, in the order of the RFC."""
    # 3.1.1 valid messages
    yield (
        "wsinv",
        (
            b"INVITE sip:vivekg@127.0.0.1;unknownparam SIP/2.0\r\n"
            b"TO :\r\n sip:vivekg@127.0.0.1 ;   tag    = 1918181833n\r\n"
            b'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@127.0.0.1>\r\n  ;\r\n  tag = 98asjd8\r\n'
            b"MaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.ndaksdj@192.0.2.1\r\nContent-Length   : 0\r\n"
            b"cseq: 0009\r\n  INVITE\r\nVia  : SIP  /   2.0\r\n /UDP\r\n    127.0.0.1;branch=390skdjuw\r\n"
            b"s :\r\nNewFangledHeader:   newfangled value\r\n continued newfangled value\r\n"
            b"UnknownHeaderWithUnusualValue: ;;,,;;,;\r\n"
            b"Route:\r\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\n"
            b"v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n"
            b" SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n"
            b'm:"Quoted string \\"\\"" <sip:jdrosen@127.0.0.1> ; newparam =\r\n      newvalue ;\r\n'
            b"  secondparam ; q = 0.33\r\n\r\n"
        ),
    )
    weird = "!interesting-Method0123456789_*+`.%indeed'~"
    yield (
        "intmeth",
        message(
            f"{weird} sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@127.0.0.1 SIP/2.0",
            cseq=f"139122385 {weird}",
            more="extensionHeader-!.%*+_`'~: \ufeff大停電\r\n",
            body="",
            name="intmeth",
        ),
    )
    yield "esc01", message(
        "INVITE sip:sips%3Auser%40example.com@127.0.0.1 SIP/2.0",
        to="sip:%75se%72@127.0.0.1", from_="<sip:I%20have%20spaces@127.0.0.1>;tag=938", name="esc01",
    )  # fmt: skip
    yield "escnull", register(
        to="sip:null-%00-null@127.0.0.1", from_="sip:null-%00-null@127.0.0.1;tag=839923423",
        more="Contact: <sip:%00@127.0.0.1>\r\nContact: <sip:%00%00@127.0.0.1>\r\n", name="escnull",
    )  # fmt: skip
    yield "esc02", message("RE%47IST%45R sip:registrar.127.0.0.1 SIP/2.0",
                           cseq="29344 RE%47IST%45R", body="", name="esc02")  # fmt: skip
    yield "lwsdisp", options(from_="caller<sip:caller@127.0.0.1>;tag=323", name="lwsdisp")
    long = "longvalue" * 60
    yield "longreq", message(
        to=f'"I have a user name of {"extreme" * 60} proportion"<sip:user@127.0.0.1:6000;{long}=1>',
        from_=f"sip:{long}@127.0.0.1;tag=12982424;{long}x={long}",
        more="".join(f"Via: SIP/2.0/TCP sip{i}.example.com\r\n" for i in range(34))
        + f"{long}: {long}\r\n",
        call_id=f"longreq.{long}", name="longreq",
    )  # fmt: skip
    yield "dblreq", register(name="dblreq") + message(name="dblreq2")
    yield (
        "semiuri",
        options("OPTIONS sip:user;par=u%40example.net@127.0.0.1 SIP/2.0", name="semiuri"),
    )
    yield "transports", options(
        via="SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bK{0}",
        more="Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bK1\r\n"
        "Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bK2\r\n", name="transports",
    )  # fmt: skip
    parts = "--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n\r\n--7a9cbec02ceef655--\r\n"
    yield "mpart01", message(
        "MESSAGE sip:kumiko@127.0.0.1 SIP/2.0", cseq="127753 MESSAGE",
        more="Content-Type: multipart/mixed; boundary=7a9cbec02ceef655\r\n", body=parts, name="mpart01",
    )  # fmt: skip
    yield "unreason", b"SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe\r\n" + message("", name="u")[2:]
    yield "noreason", b"SIP/2.0 100 \r\n" + message("", name="n")[2:]
    # 3.1.2 invalid messages
    yield (
        "badinv01",
        message(more="Contact: ;;,;,,\r\n", via="SIP/2.0/UDP 127.0.0.1;;,;,,", name="b"),
    )
    yield "clerr", message(length="9999", name="clerr")
    yield "ncl", message(length="-999", name="ncl")
    yield (
        "scalar02",
        register(
            cseq="36893488147419103232 REGISTER", more="Expires: 10000000000000000\r\n", name="s02"
        ),
    )
    yield "scalarlg", b"SIP/2.0 503 Service Unavailable\r\n" + message(
        "", cseq="9292394834772304023312 OPTIONS", more="Retry-After: 949302838503028349304023988\r\n",
        name="slg",
    )[2:]  # fmt: skip
    yield "quotbal", message(to='"Mr. J. User <sip:j.user@127.0.0.1>', name="quotbal")
    yield "ltgtruri", message("INVITE <sip:user@127.0.0.1> SIP/2.0", name="ltgt")
    yield "lwsruri", message("INVITE sip:user@127.0.0.1; lr SIP/2.0", name="lws")
    yield "lwsstart", message("INVITE  sip:user@127.0.0.1  SIP/2.0", name="lwsstart")
    yield "trws", options("OPTIONS sip:remote-target@127.0.0.1 SIP/2.0  ", name="trws")
    yield (
        "escruri",
        message("INVITE sip:user@127.0.0.1?Route=%3Csip:example.com%3E SIP/2.0", name="e"),
    )
    yield "baddate", message(more="Date: Fri, 01 Jan 2010 16:00:00 EST\r\n", name="baddate")
    yield "regbadct", register(more="Contact: sip:user@127.0.0.1?Route=%3Csip:x%3E\r\n", name="rbc")
    yield "badaspec", options(to='"Watson, Thomas" < sip:t.watson@127.0.0.1 >', name="badaspec")
    yield "baddn", options(from_="Bell, Alexander <sip:a.g.bell@127.0.0.1>;tag=43", name="baddn")
    yield "badvers", options("OPTIONS sip:t.watson@127.0.0.1 SIP/7.0", name="badvers")
    yield "mismatch01", options(cseq="8 INVITE", name="mismatch01")
    yield (
        "mismatch02",
        message(
            "NEWMETHOD sip:user@127.0.0.1 SIP/2.0", cseq="8 INVITE", body="", name="mismatch02"
        ),
    )
    yield (
        "bigcode",
        b"SIP/2.0 4294967301 better not break the receiver\r\n" + message("", name="g")[2:],
    )
    # 3.2 transaction layer, 3.3 application layer, 3.4 backward compatibility
    yield "badbranch", options(via="SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bK", name="badbranch")
    yield "insuf", message(from_="", to="", call_id="", name="insuf")
    yield (
        "unkscm",
        options("OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0", name="unk"),
    )
    yield "novelsc", options("OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0", name="novelsc")
    yield (
        "unksm2",
        register(to="isbn:2983792873", from_="<http://www.example.com>;tag=3", name="u2"),
    )
    yield "bext01", options(
        more="Require: nothingSupportsThis, nothingSupportsThisEither\r\n"
        "Proxy-Require: noProxiesSupportThis\r\n", name="bext01",
    )  # fmt: skip
    yield (
        "invut",
        message(more="Content-Type: application/unknownformat\r\n", body="<audio/>", name="i"),
    )
    yield (
        "regaut01",
        register(more="Authorization: NoOneKnowsThisScheme opaque-data=here\r\n", name="ra"),
    )
    yield "multi01", message(
        more="CSeq: 59 INVITE\r\nCall-ID: other@x\r\nTo: sip:other@127.0.0.1\r\nFrom: sip:o@x;tag=9\r\n",
        name="multi01",
    )  # fmt: skip
    yield "mcl01", options(more="Content-Length: 13\r\nContent-Length: 5\r\n", name="mcl01")
    yield "bcast", b"SIP/2.0 200 OK\r\n" + message(
        "", via="SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923", more="Via: SIP/2.0/UDP 255.255.255.255\r\n",
        name="bcast",
    )[2:]  # fmt: skip
    yield "zeromf", options(more="Max-Forwards: 0\r\n", name="zeromf")
    yield (
        "cparam01",
        register(more="Contact: sip:+19725552222@127.0.0.1;unknownparam\r\n", name="cp1"),
    )
    yield "cparam02", register(more="Contact: <sip:+1972@127.0.0.1;unknownparam>\r\n", name="cp2")
    yield (
        "regescrt",
        register(more="Contact: <sip:user@127.0.0.1?Route=%3Csip:x%3E>\r\n", name="re"),
    )
    yield "sdp01", message(more="Accept: text/nobodyKnowsThis\r\n", name="sdp01")
    yield (
        "inv2543",
        (
            b"INVITE sip:UserB@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5999\r\n"
            b"Record-Route: <sip:UserB@127.0.0.1;maddr=ss1.example.com>\r\nFrom: sip:caller@127.0.0.1\r\n"
            b"To: <sip:UserB@127.0.0.1>\r\nCall-ID: inv2543.1717@ift.client.example.com\r\n"
            b"CSeq: 56 INVITE\r\nContent-Type: application/sdp\r\nContent-Length: 0\r\n\r\n"
        ),
    )
    # Not of the RFC: one INVITE with such a port has killed an endpoint of another make.
    yield (
        "viaport",
        message(via="SIP/2.0/UDP 127.0.0.1:70000;branch=z9hG4bK{0};rport=99999", name="vp"),
    )
