"""Ed25519 signatures of model manifests: proof that the holder of the private key trained a model.

A manifest holds the digests of all files of a model, so its signature covers them all.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from models.storage.model_files import MANIFEST, SIGNATURE

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_OURS = b"nonferrous model manifest\n"  # before what is signed: a signature of something else is none of a model
_MOST_BYTES = 2**14


class SigningError(ValueError):
    """A key that cannot be used, or a model that is not signed by it; one line says what was expected."""


def make_keys(private: Path, public: Path) -> None:
    """Make a pair of keys as PEM files that their owner alone may read and write.

    Raises
    ------
    SigningError
        One of the files exists already.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    for file in (private, public):
        if file.exists():
            raise SigningError(f"{file}: exists already, expected a new file")
    key = Ed25519PrivateKey.generate()
    pem = serialization.Encoding.PEM
    _write(private, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    _write(public, key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
        made.write(content)


def sign(folder: Path, private: Path) -> None:
    """Sign the manifest of a model's folder, and write the signature next to it.

    Raises
    ------
    SigningError
        The key cannot be used, or others than its owner may read it.
    """
    key = private_key(private)
    (folder / SIGNATURE).write_bytes(key.sign(_OURS + (folder / MANIFEST).read_bytes()).hex().encode() + b"\n")


def private_key(file: Path) -> Ed25519PrivateKey:
    """Read a private key from a PEM file.

    Raises
    ------
    SigningError
        It cannot be used, or others than its owner may read it.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise ValueError(f"got mode {file.stat().st_mode & 0o777:o}, expected 600: its owner alone may read it")
        key = load_pem_private_key(_small(file), None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("expected an Ed25519 private key")
    except (OSError, ValueError, TypeError) as error:
        raise SigningError(f"private key {file}: {error}") from error
    return key


def check_signature(folder: Path, public: Path | None) -> None:
    """Refuse a model whose manifest this key has not signed; all pass where no key is given.

    Raises
    ------
    SigningError
        The key cannot be used, or the manifest is not signed, or not by it.
    """
    if public is None:
        return
    from cryptography.exceptions import InvalidSignature

    key = _public_key(public)
    try:
        signature = bytes.fromhex(_small(folder / SIGNATURE).decode("ascii"))
        manifest = (folder / MANIFEST).read_bytes()
    except FileNotFoundError as error:
        raise SigningError(f"{SIGNATURE}: got none, expected a signature of {MANIFEST} by {public.name}") from error
    except (OSError, ValueError) as error:
        raise SigningError(f"{SIGNATURE}: expected a signature in hexadecimal digits: {error}") from error
    try:
        key.verify(signature, _OURS + manifest)
    except InvalidSignature:
        raise SigningError(f"{SIGNATURE}: expected a signature of {MANIFEST} by {public.name}, got another") from None


def _small(file: Path) -> bytes:
    with file.open("rb") as opened:
        content = opened.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError(f"more than {_MOST_BYTES} bytes")
    return content


def _public_key(file: Path) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(_small(file))
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("expected an Ed25519 public key")
    except (OSError, ValueError) as error:
        raise SigningError(f"public key {file}: {error}") from error
    return key
