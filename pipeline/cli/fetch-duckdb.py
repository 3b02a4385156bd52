#!/usr/bin/env python3
"""Put the prebuilt DuckDB library that the `duckdb` crate links to into a folder, and print the folder.

Compiling DuckDB from its C++ sources takes more than half an hour of CPU time; its authors publish the same library, built, in the npm
registry. This script takes it from there (no npm needed), checks the SHA-512 that stands below, and leaves it where it already is.

    pipeline/cli/fetch-duckdb.py FOLDER
"""
import base64, hashlib, io, os, platform, sys, tarfile, time, urllib.request

VERSION = "1.5.6-r.1"  # the crate duckdb =1.10506.x is DuckDB 1.5.6
REGISTRY = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org").rstrip("/")
SHA512 = {
    "linux-x64": "IXcrZJE6kEqM0Z4wwdVnGBHX/frOS33VPNAwDXQ/Q+Fs84b058Qe94chrCCIcNJlG8Y3UHIUU4eBeCQxW5mN1Q==",
    "linux-arm64": "3jnUaDil1BrF/6vAZwVaInJ1xoBaWGHB4PDiUnzJWKCo8a8TLx9j7/gPyPl/UGRBftrYIuTihRZSfF4mWMgtWA==",
    "darwin-arm64": "KFT/J/pyouuAD1jftAIfcWVRdorg+c/yVR/BJL8LJKrST+mYC4d7QSuQ+iXSYbFpHENUAeZUagXrMPtZT8Xzsg==",
    "darwin-x64": "tVwUZNvdQoaPJhrh3q2e6jxm1MhahNHJQK/pvCyco46NX0mEuGzlw9i0n2MArgsyzccdCwScOK9ctbyr+3oMbQ==",
}


def target():
    system = {"Linux": "linux", "Darwin": "darwin"}.get(platform.system(), platform.system())
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), platform.machine())
    return f"{system}-{machine}"


def download(url, attempts=4):
    for attempt in range(attempts):
        try:
            with urllib.request.urlopen(url, timeout=120) as response:
                return response.read()
        except OSError as error:
            if attempt == attempts - 1:
                sys.exit(f"fetch-duckdb: {url}: {error}\n  Set NPM_CONFIG_REGISTRY to a mirror, or DUCKDB_LIB_DIR to a folder that holds libduckdb {VERSION}.")
            time.sleep(2 ** attempt)


def main():
    folder = os.path.abspath(sys.argv[1])
    name = target()
    if name not in SHA512:
        sys.exit(f"fetch-duckdb: no prebuilt DuckDB for {name}; set DUCKDB_LIB_DIR, or build with `--features bundled`.")
    library = "libduckdb.dylib" if name.startswith("darwin") else "libduckdb.so"
    stamp = os.path.join(folder, f"version-{VERSION}-{name}")
    if not os.path.exists(stamp):
        package = f"node-bindings-{name}"
        blob = download(f"{REGISTRY}/@duckdb/{package}/-/{package}-{VERSION}.tgz")
        if base64.b64encode(hashlib.sha512(blob).digest()).decode() != SHA512[name]:
            sys.exit(f"fetch-duckdb: the checksum of {package}-{VERSION}.tgz is not the recorded one; nothing was installed.")
        os.makedirs(folder, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(blob)) as archive:
            member = next(m for m in archive.getmembers() if os.path.basename(m.name) == library)
            data = archive.extractfile(member).read()
        temporary = os.path.join(folder, f".{library}.{os.getpid()}")
        with open(temporary, "wb") as out:
            out.write(data)
        os.chmod(temporary, 0o755)
        os.replace(temporary, os.path.join(folder, library))
        open(stamp, "w").close()
    print(folder)


main()
