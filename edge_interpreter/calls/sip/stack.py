"""Our configuration in baresip's terms."""

from pathlib import Path

from baresip import Account
from baresip import Config as StackConfig

from edge_interpreter.config.calls import LinkProfile, Sip, SipMedia, SipTransport, SipTrunk

SYSTEM_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
HEADERS = ("To", "P-Asserted-Identity", "P-Called-Party-ID", "Diversion", "Accept-Language")
_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not bound to


def stack_config(sip: Sip, link: LinkProfile) -> StackConfig:
    """What the stack is started with.

    On a LAN the stack's own jitter buffer is off; on a WAN it is fixed, since the adaptive one
    drops sound on a clean link.
    """
    lines = [
        f"sip_listen {sip.listen or '0.0.0.0'}:{sip.port}",  # noqa: S104 - as configured
        f"rtp_ports {sip.rtp_ports}",
        "sip_verify_server yes",
        "audio_level no",
    ]
    authorities = sip.authorities or SYSTEM_AUTHORITIES
    if authorities.exists():
        lines.append(f"sip_cafile {authorities}")
    if sip.certificate is not None:
        lines.append(f"sip_certificate {sip.certificate}")
    if link == "wan":
        lines += ["audio_jitter_buffer_type fixed", "audio_jitter_buffer_ms 60-200"]
    else:
        lines.append("audio_jitter_buffer_type off")
    return StackConfig(
        net_interface=None if sip.listen in _EVERYWHERE else sip.listen,
        expose_headers=tuple(dict.fromkeys((*HEADERS, *sip.expose_headers)))[:16],
        max_concurrent_calls=None,
        rtp_timeout=sip.media_timeout_s,
        extra_config_text="\n".join(lines) + "\n",
    )


def listener_accounts(sip: Sip) -> dict[SipTransport, Account]:
    """The identities that take calls to any number, one per transport that is listened on."""
    transports: dict[SipTransport, SipMedia] = {"udp": sip.media, "tcp": sip.media}
    if sip.certificate is not None:
        transports["tls"] = sip.tls_media
    domain = "127.0.0.1" if sip.listen in _EVERYWHERE else sip.listen
    return {
        transport: Account(
            user=sip.user,
            domain=f"[{domain}]" if ":" in domain else domain,
            password="",
            reg_interval=0,
            transport=transport,
            audio_codecs=sip.codecs,
            extra_params=("catchall=yes", *_media(media)),
        )
        for transport, media in transports.items()
    }


def trunk_account(trunk: SipTrunk, codecs: tuple[str, ...]) -> Account:
    """The identity at a trunk."""
    return Account(
        user=trunk.user,
        domain=trunk.domain,
        password=trunk.password.get_secret_value(),
        registrar=trunk.proxy or None,
        reg_interval=trunk.register_s,
        transport=trunk.transport,
        audio_codecs=codecs,
        auth_user=trunk.auth_user or None,
        extra_params=_media(trunk.media),
    )


def _media(media: SipMedia) -> tuple[str, ...]:
    """SRTP is mandatory or absent: offered as an option, keys would get into plain answers."""
    return ("mediaenc=srtp-mand",) if media == "srtp" else ()
