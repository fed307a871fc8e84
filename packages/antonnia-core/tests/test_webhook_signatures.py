"""Signatures of webhooks."""

from __future__ import annotations

import pytest

from antonnia.core.webhook_signatures import is_signed, sign

# The published example of Standard Webhooks.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def test_the_published_example_is_signed_as_published() -> None:
    assert sign(SECRET, ID, TIMESTAMP, BODY) == SIGNATURE


@pytest.mark.parametrize("signatures", [SIGNATURE, f"v1,AAAA {SIGNATURE}", f"{SIGNATURE} v1a,x"])
def test_one_right_signature_among_several_is_enough(signatures: str) -> None:
    assert is_signed([OTHER, SECRET], ID, TIMESTAMP, BODY, signatures)


@pytest.mark.parametrize(
    ("secrets", "id", "timestamp", "body", "signatures"),
    [
        ([OTHER], ID, TIMESTAMP, BODY, SIGNATURE),
        ([], ID, TIMESTAMP, BODY, SIGNATURE),
        ([SECRET], ID + "x", TIMESTAMP, BODY, SIGNATURE),
        ([SECRET], ID, TIMESTAMP + 1, BODY, SIGNATURE),
        ([SECRET], ID, TIMESTAMP, BODY + b" ", SIGNATURE),
        ([SECRET], ID, TIMESTAMP, BODY, ""),
        ([SECRET], ID, TIMESTAMP, BODY, SIGNATURE[3:]),
        ([SECRET], ID, TIMESTAMP, BODY, SIGNATURE.replace("v1,", "v1a,")),
        ([SECRET], ID, TIMESTAMP, BODY, "v1,ä"),
    ],
)
def test_what_differs_in_anything_is_not_signed(
    secrets: list[str], id: str, timestamp: int, body: bytes, signatures: str
) -> None:
    assert not is_signed(secrets, id, timestamp, body, signatures)


@pytest.mark.parametrize("secret", ["", "whsec_", SECRET[6:], "whsec_*", "whsec_ä", "whsec_AAA"])
def test_what_is_no_secret_is_refused_without_being_said(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_") as refused:
        sign(secret, ID, TIMESTAMP, BODY)

    assert SECRET[6:] not in str(refused.value)
