"""Check one signature and one time stamp inside this process: the audit's stock tools, some 15 times faster.

What the library cannot read, though it may be sound, goes to the stock tools all the same.
"""

from datetime import datetime

from optout.evidence import audit_sshsig, audit_tools
from optout.evidence.audit_tools import Checkers, Refused


def signed_by(content: bytes, armoured: bytes) -> str:
    """Given a content and its signature file, return the fingerprint of its key. Raise Refused."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        told = audit_sshsig.parse(armoured)
        Ed25519PublicKey.from_public_bytes(told.public).verify(told.signature, audit_sshsig.covered(content))
    except ValueError as error:
        raise Refused(f"its signature cannot be understood: {error}") from error
    except InvalidSignature as error:
        raise Refused("its signature does not fit") from error
    return told.fingerprint


def stamped_at(content: bytes, reply: bytes, roots: bytes) -> datetime:
    """Given a content, an authority's reply and roots (PEM), return the time of the stamp.

    Judged as of the time that the stamp itself tells. Raise Refused, or Unable if only a tool could tell.
    """
    from cryptography import x509
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        response = decode_timestamp_response(reply)
        verifier = VerifierBuilder(roots=x509.load_pem_x509_certificates(roots)).build()
        verifier.verify_message(response, content)
        return response.tst_info.gen_time.replace(microsecond=0)
    except ValueError:  # not DER as the library wants it: openssl does not sort a set of certificates
        return audit_tools.stamped_at(content, reply, roots)
    except VerificationError as error:
        if "Mismatch between messages" in str(error):
            raise Refused("its stamp is for other checksums") from error
        raise Refused("its stamp does not chain to a root that was given, or does not fit") from error


def time_of(reply: bytes) -> datetime:
    """Given an authority's reply, return the time that it tells, unchecked. Raise Refused or Unable."""
    from rfc3161_client import decode_timestamp_response

    try:
        return decode_timestamp_response(reply).tst_info.gen_time.replace(microsecond=0)
    except ValueError:
        return audit_tools.time_of(reply)


FAST = Checkers(signed_by=signed_by, stamped_at=stamped_at)
