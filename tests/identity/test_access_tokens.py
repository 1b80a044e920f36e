"""Access tokens: what the issuer gives is accepted, and nothing else is."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from infra.identity.access_tokens import LEEWAY, LONGEST_TOKEN, TokenVerifier
from infra.identity.caller import Caller, Role
from infra.identity.development_issuer import ISSUER, LONGEST_LIFETIME, WORKING_DAY, DevelopmentIssuer
from infra.identity.development_key import key_id
from infra.identity.errors import TokenFault, TokenRefused
from tests.identity.callers import CALLERS, NOW, SSIN, SUPERVISOR_OF_ALL

EMPLOYER = CALLERS[Role.EMPLOYER]
SECOND = timedelta(seconds=1)
ISSUED_AT = int(NOW.timestamp())
CLAIMS: Mapping[str, object] = {
    "iss": "urn:single-permit:development",
    "aud": "single-permit",
    "sub": "hr-7",
    "jti": "t-1",
    "iat": ISSUED_AT,
    "nbf": ISSUED_AT,
    "exp": ISSUED_AT + 3600,
    "role": "employer",
    "enterpriseNumber": "0202239951",
}
HANDLER: Mapping[str, object] = {"role": "caseHandler", "authority": "flanders", "enterpriseNumber": None}


@pytest.fixture(scope="session")
def key(home: Path, issuer: DevelopmentIssuer) -> EllipticCurvePrivateKey:
    """The issuer's own key, to sign with what it would never issue."""
    loaded = load_pem_private_key((home / "development-issuer.pem").read_bytes(), password=None)
    assert isinstance(loaded, EllipticCurvePrivateKey)
    return loaded


def signed(key: EllipticCurvePrivateKey, changes: Mapping[str, object], header: Mapping[str, object] = {}) -> str:
    """A token of the claims above with ``changes`` (None: without it), and a signature that is good."""
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    headers = {"kid": key_id(key.public_key()), **header}
    return jwt.PyJWS().encode(json.dumps(claims).encode(), key, algorithm="ES256", headers=headers)


def segment(content: object) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def opened(part: str) -> dict[str, object]:
    content = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert isinstance(content, dict)
    return content


def refusal(verifier: TokenVerifier, token: str, *, now: datetime = NOW) -> TokenRefused:
    """Why it is refused; the sentence never repeats the token or the person's number."""
    with pytest.raises(TokenRefused) as refused:
        verifier.verify(token, now=now)
    assert len(token) < 20 or token not in refused.value.sentence
    assert SSIN not in refused.value.sentence
    assert refused.value.__cause__ is None
    return refused.value


@pytest.mark.parametrize("caller", [*CALLERS.values(), SUPERVISOR_OF_ALL], ids=lambda caller: caller.actor)
def test_a_caller_is_who_the_token_was_issued_for(
    issuer: DevelopmentIssuer, verifier: TokenVerifier, caller: Caller
) -> None:
    token = issuer.issue(caller, now=NOW)
    assert verifier.verify(token, now=NOW) == caller
    assert caller.actor == f"{caller.role.value}:{caller.subject}"


def test_a_token_says_what_the_interface_promises(issuer: DevelopmentIssuer) -> None:
    header, claims, _ = issuer.issue(EMPLOYER, now=NOW).split(".")
    assert opened(header).keys() == {"alg", "kid", "typ"}
    assert opened(header)["alg"] == "ES256"
    assert opened(claims) == {**CLAIMS, "exp": ISSUED_AT + WORKING_DAY.total_seconds()}


def test_claims_built_as_here_are_accepted(verifier: TokenVerifier, key: EllipticCurvePrivateKey) -> None:
    """Else every refusal below could have another reason."""
    assert verifier.verify(signed(key, {}), now=NOW) == EMPLOYER
    assert verifier.verify(signed(key, HANDLER), now=NOW).authority == "flanders"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["single-permit"]},
        {"aud": ["another-service", "single-permit"]},
        {"iat": ISSUED_AT + 0.25, "nbf": ISSUED_AT + 0.25, "exp": ISSUED_AT + 3600.75},
        {"nbf": None},
    ],
)
def test_what_the_standard_allows_is_accepted(
    verifier: TokenVerifier, key: EllipticCurvePrivateKey, changes: Mapping[str, object]
) -> None:
    assert verifier.verify(signed(key, changes), now=NOW) == EMPLOYER


@pytest.mark.parametrize("exp", [ISSUED_AT + 86_401, 10**15, 10**600])
def test_an_end_more_than_a_day_away_is_refused_however_far(
    verifier: TokenVerifier, key: EllipticCurvePrivateKey, exp: int
) -> None:
    with pytest.raises(TokenRefused, match="longer than 24 hours"):
        verifier.verify(signed(key, {"exp": exp}), now=NOW)


def test_a_fraction_of_a_second_counts(verifier: TokenVerifier, key: EllipticCurvePrivateKey) -> None:
    token = signed(key, {"exp": ISSUED_AT + 10.5})
    end = NOW + timedelta(seconds=10) + LEEWAY
    assert verifier.verify(token, now=end) == EMPLOYER
    assert refusal(verifier, token, now=end + timedelta(milliseconds=500)).code is TokenFault.EXPIRED


def test_without_a_beginning_a_token_is_good_from_when_it_was_issued(
    verifier: TokenVerifier, key: EllipticCurvePrivateKey
) -> None:
    token = signed(key, {"nbf": None})
    assert verifier.verify(token, now=NOW - LEEWAY) == EMPLOYER
    assert "issued in the future" in refusal(verifier, token, now=NOW - LEEWAY - SECOND).sentence


def test_a_token_lasts_its_lifetime_and_the_leeway_and_no_second_longer(
    issuer: DevelopmentIssuer, verifier: TokenVerifier
) -> None:
    token = issuer.issue(EMPLOYER, now=NOW, lifetime=timedelta(hours=1))
    end = NOW + timedelta(hours=1) + LEEWAY
    assert verifier.verify(token, now=end - SECOND) == EMPLOYER
    expired = refusal(verifier, token, now=end)
    assert expired.code is TokenFault.EXPIRED
    assert expired.code == "expiredAccessToken"
    assert "expired" in expired.sentence


def test_a_clock_may_be_a_minute_slow(issuer: DevelopmentIssuer, verifier: TokenVerifier) -> None:
    token = issuer.issue(EMPLOYER, now=NOW)
    assert verifier.verify(token, now=NOW - LEEWAY) == EMPLOYER
    assert refusal(verifier, token, now=NOW - LEEWAY - SECOND).code is TokenFault.INVALID


@pytest.mark.parametrize("lifetime", [timedelta(0), -SECOND, LONGEST_LIFETIME + SECOND])
def test_a_lifetime_has_its_bounds(issuer: DevelopmentIssuer, lifetime: timedelta) -> None:
    with pytest.raises(ValueError, match="a token lasts"):
        issuer.issue(EMPLOYER, now=NOW, lifetime=lifetime)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "https://login.example"}, "issued by another issuer"),
        ({"iss": None}, "issued by another issuer"),
        ({"aud": "another-service"}, "not meant for this service"),
        ({"aud": []}, "not meant for this service"),
        ({"aud": ["another-service"]}, "not meant for this service"),
        ({"aud": ["single-permit", 7]}, "not meant for this service"),
        ({"aud": {"single-permit": True}}, "not meant for this service"),
        ({"aud": None}, "not meant for this service"),
        ({"iat": ISSUED_AT + 61}, "issued in the future"),
        ({"nbf": ISSUED_AT + 61}, "cannot be used yet"),
        ({"iat": None}, "no claim iat"),
        ({"nbf": "now"}, "no claim nbf"),
        ({"nbf": ISSUED_AT + 60.5}, "cannot be used yet"),
        ({"exp": None}, "no claim exp"),
        ({"exp": str(ISSUED_AT + 3600)}, "no claim exp"),
        ({"exp": float("nan")}, "no claim exp"),
        ({"exp": float("inf")}, "no claim exp"),
        ({"exp": True}, "no claim exp"),
        ({"sub": None}, "no claim sub"),
        ({"sub": "Asha Rao"}, "claim sub"),
        ({"sub": ""}, "claim sub"),
        ({"sub": "a" * 65}, "claim sub"),
        ({"sub": SSIN}, "claim sub"),
        ({"sub": "85.07.30-033.28"}, "claim sub"),
        ({"jti": None}, "no claim jti"),
        ({"jti": "a b"}, "claim jti"),
        ({"role": None}, "no claim role"),
        ({"role": "minister"}, "no role that is known"),
        ({"role": "Employer"}, "no role that is known"),
        ({"role": ["employer"]}, "no claim role in text"),
        ({"enterpriseNumber": None}, "claim enterpriseNumber: it is missing"),
        ({"enterpriseNumber": "0202239952"}, "claim enterpriseNumber"),
        ({"enterpriseNumber": 202239951}, "claim enterpriseNumber in text"),
        ({"role": "representative", "enterpriseNumber": None}, "claim enterpriseNumber: it is missing"),
        ({"authority": "flanders"}, "claim authority: the role employer does not have it"),
        ({"ssin": SSIN}, "claim ssin: the role employer does not have it"),
        ({"role": "worker", "enterpriseNumber": None}, "claim ssin: it is missing"),
        ({"role": "worker", "enterpriseNumber": None, "ssin": "85073003329"}, "claim ssin"),
        ({**HANDLER, "authority": None}, "claim authority: it is missing"),
        ({**HANDLER, "authority": "atlantis"}, "there is no such authority"),
        ({**HANDLER, "authority": "Flanders"}, "there is no such authority"),
        ({**HANDLER, "role": "operations", "authority": None}, "claim authority: it is missing"),
        ({**HANDLER, "role": "regulator", "authority": ""}, "there is no such authority"),
    ],
)
def test_a_good_signature_does_not_save_wrong_claims(
    verifier: TokenVerifier, key: EllipticCurvePrivateKey, changes: Mapping[str, object], why: str
) -> None:
    refused = refusal(verifier, signed(key, changes))
    assert refused.code is TokenFault.INVALID
    assert why in refused.sentence
    assert "Get a new one" in refused.sentence


@pytest.mark.parametrize("payload", [b"[]", b"7", b'"text"', b"{", b"\xff\xfe", b"[" * 2000])
def test_signed_content_that_is_no_claims(
    verifier: TokenVerifier, key: EllipticCurvePrivateKey, payload: bytes
) -> None:
    token = jwt.PyJWS().encode(payload, key, algorithm="ES256", headers={"kid": key_id(key.public_key())})
    assert "JSON object of claims" in refusal(verifier, token).sentence


def test_a_changed_payload_breaks_the_signature(issuer: DevelopmentIssuer, verifier: TokenVerifier) -> None:
    header, claims, signature = issuer.issue(CALLERS[Role.CASE_HANDLER], now=NOW).split(".")
    elsewhere = segment({**opened(claims), "authority": "brussels"})
    assert "signature" in refusal(verifier, f"{header}.{elsewhere}.{signature}").sentence


def test_the_key_of_somebody_else_is_not_enough(verifier: TokenVerifier, key: EllipticCurvePrivateKey) -> None:
    forger = generate_private_key(SECP256R1())
    assert "names no key" in refusal(verifier, signed(forger, {})).sentence
    under_our_name = signed(forger, {}, {"kid": key_id(key.public_key())})
    assert "signature" in refusal(verifier, under_our_name).sentence


def test_a_key_that_the_token_brings_along_is_not_used(verifier: TokenVerifier, key: EllipticCurvePrivateKey) -> None:
    forger = generate_private_key(SECP256R1())
    brought = jwt.algorithms.ECAlgorithm.to_jwk(forger.public_key(), as_dict=True)
    token = signed(forger, {}, {"kid": key_id(key.public_key()), "jwk": brought})
    assert "signature" in refusal(verifier, token).sentence


@pytest.mark.parametrize("kid", [None, 7, "", "another", ["a"]])
def test_a_token_names_its_key(verifier: TokenVerifier, key: EllipticCurvePrivateKey, kid: object) -> None:
    _, claims, signature = signed(key, {}).split(".")
    header = {"alg": "ES256", "typ": "JWT"} | ({} if kid is None else {"kid": kid})
    assert refusal(verifier, f"{segment(header)}.{claims}.{signature}").code is TokenFault.INVALID


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "", None, ["ES256"], {"ES256": 1}])
def test_an_unsigned_token_is_refused(verifier: TokenVerifier, key: EllipticCurvePrivateKey, alg: object) -> None:
    header = segment({"alg": alg, "kid": key_id(key.public_key())})
    for signature in ("", segment({}), signed(key, {}).rsplit(".", 1)[1]):
        assert refusal(verifier, f"{header}.{segment(CLAIMS)}.{signature}").code is TokenFault.INVALID


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_the_public_key_is_no_secret_to_sign_with(
    verifier: TokenVerifier, key: EllipticCurvePrivateKey, encoding: Encoding
) -> None:
    # given an HS256 token whose secret is the public key, which anybody may know
    public = key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    content = f"{segment({'alg': 'HS256', 'kid': key_id(key.public_key())})}.{segment(CLAIMS)}"
    signature = urlsafe_b64encode(hmac.digest(public, content.encode(), hashlib.sha256)).rstrip(b"=").decode()
    # then
    assert "ES256 signature" in refusal(verifier, f"{content}.{signature}").sentence


@pytest.mark.parametrize("header", [{"crit": ["exp"], "exp": 1}, {"crit": []}, {"b64": False, "crit": ["b64"]}])
def test_what_a_header_calls_critical_is_not_passed_over(
    verifier: TokenVerifier, key: EllipticCurvePrivateKey, header: Mapping[str, object]
) -> None:
    _, claims, signature = signed(key, {}).split(".")
    said = segment({"alg": "ES256", "kid": key_id(key.public_key()), **header})
    assert refusal(verifier, f"{said}.{claims}.{signature}").code is TokenFault.INVALID


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: "",
        lambda token: "Bearer " + token,
        lambda token: token + "\n",
        lambda token: token + "=",
        lambda token: token + ".x",
        lambda token: token.rsplit(".", 1)[0],
        lambda token: token[:-1],
        lambda token: token.replace(".", ".."),
        lambda token: "\ud800" + token,
        lambda token: token + "A" * LONGEST_TOKEN,
        lambda token: "A" * 10_000_000,
    ],
)
def test_garbage_is_refused(issuer: DevelopmentIssuer, verifier: TokenVerifier, spoil: object) -> None:
    assert callable(spoil)
    assert refusal(verifier, spoil(issuer.issue(EMPLOYER, now=NOW))).code is TokenFault.INVALID


def test_the_longest_of_our_tokens_is_far_from_too_long(issuer: DevelopmentIssuer, verifier: TokenVerifier) -> None:
    wordy = replace(EMPLOYER, subject="s" * 64, token_id="t" * 64)
    token = issuer.issue(wordy, now=NOW)
    assert verifier.verify(token, now=NOW) == wordy
    assert len(token) < LONGEST_TOKEN / 4


def test_a_very_long_token_is_refused_however_well_signed(
    verifier: TokenVerifier, key: EllipticCurvePrivateKey
) -> None:
    short, long = signed(key, {"note": "n" * 2000}), signed(key, {"note": "n" * LONGEST_TOKEN})
    assert verifier.verify(short, now=NOW) == EMPLOYER
    assert f"at most {LONGEST_TOKEN} characters" in refusal(verifier, long).sentence


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{1,90}", fullmatch=True))
def test_any_text_is_refused_and_nothing_else_happens(verifier: TokenVerifier, text: str) -> None:
    assert refusal(verifier, text).code is TokenFault.INVALID


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    header=st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk"]), _JSON),
    signature=st.binary(min_size=1, max_size=80),
)
def test_any_header_is_refused(verifier: TokenVerifier, header: dict[str, object], signature: bytes) -> None:
    written = urlsafe_b64encode(signature).rstrip(b"=").decode()
    assert refusal(verifier, f"{segment(header)}.{segment(CLAIMS)}.{written}").code is TokenFault.INVALID


@given(name=st.sampled_from(sorted(CLAIMS)), value=_JSON)
def test_any_value_of_a_claim_is_understood_or_refused(
    verifier: TokenVerifier, key: EllipticCurvePrivateKey, name: str, value: object
) -> None:
    token = signed(key, {name: value})
    try:
        caller = verifier.verify(token, now=NOW)
    except TokenRefused:
        return
    assert (caller.role, caller.enterprise_number) == (Role.EMPLOYER, "0202239951")


def test_the_wrong_key_is_refused_whatever_its_issuer_says(tmp_path: Path, verifier: TokenVerifier) -> None:
    other = DevelopmentIssuer.open(tmp_path, create=True)
    assert CLAIMS["iss"] == ISSUER
    assert refusal(verifier, other.issue(EMPLOYER, now=NOW)).code is TokenFault.INVALID
    assert other.verifier().verify(other.issue(EMPLOYER, now=datetime.now(UTC)), now=datetime.now(UTC)) == EMPLOYER
