"""Keys, what they sign, and what is refused."""

import os
import stat

import pytest

from models.storage import model_files
from registry.loading.signatures import SigningError, check_signature, make_keys, sign


@pytest.fixture
def keys(tmp_path):
    make_keys(tmp_path / "key.pem", tmp_path / "key.pub")
    return tmp_path / "key.pem", tmp_path / "key.pub"


@pytest.fixture
def model_folder(save_toy_model, tmp_path):
    save_toy_model(tmp_path / "kept")
    return tmp_path / "kept"


def test_what_is_signed_is_accepted_and_loads_as_before(keys, model_folder):
    before = model_files.digest(model_folder)
    sign(model_folder, keys[0])
    assert check_signature(model_folder, keys[1]) is None
    assert model_files.digest(model_folder) == before
    assert model_files.load(model_folder).candidate


def test_each_byte_of_manifest_and_signature_counts(keys, model_folder):
    sign(model_folder, keys[0])
    for name in (model_files.MANIFEST, model_files.SIGNATURE):
        whole = (model_folder / name).read_bytes()
        for at in range(0, len(whole) - 1, 7):
            (model_folder / name).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises(SigningError, match=r"^manifest.sig: expected a signature"):
                check_signature(model_folder, keys[1])
        (model_folder / name).write_bytes(whole)
    assert check_signature(model_folder, keys[1]) is None


@pytest.mark.parametrize("content", [b"", b"zz", b"\xff", b"00" * 10_000, b"00" * 64])
def test_a_signature_that_is_none_is_refused(keys, model_folder, content):
    (model_folder / model_files.SIGNATURE).write_bytes(content)
    with pytest.raises(SigningError, match=r"^manifest.sig: expected a signature"):
        check_signature(model_folder, keys[1])


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_keys_are_their_owners_alone(keys, model_folder):
    assert [stat.S_IMODE(key.stat().st_mode) for key in keys] == [0o600, 0o600]
    keys[0].chmod(0o640)
    with pytest.raises(SigningError, match=r"key.pem: got mode 640, expected 600: its owner alone may read it$"):
        sign(model_folder, keys[0])
    assert not (model_folder / model_files.SIGNATURE).exists()


def test_no_key_is_written_over(keys, tmp_path):
    before = [key.read_bytes() for key in keys]
    for given in (keys, (tmp_path / "new.pem", keys[1])):
        with pytest.raises(SigningError, match=r"exists already, expected a new file$"):
            make_keys(*given)
    assert [key.read_bytes() for key in keys] == before
    assert not (tmp_path / "new.pem").exists()


def test_keys_that_cannot_be_used_are_named(keys, model_folder, tmp_path):
    sign(model_folder, keys[0])
    for bad in (tmp_path / "absent.pub", keys[0], model_folder / model_files.MODEL):
        with pytest.raises(SigningError, match=rf"^public key {bad}: "):
            check_signature(model_folder, bad)
    with pytest.raises(SigningError, match=rf"^private key {keys[1]}: "):
        sign(model_folder, keys[1])
