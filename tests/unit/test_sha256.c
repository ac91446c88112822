/* test_sha256.c - SHA-256 against published digests, in one piece and in many.
 * SPDX-License-Identifier: MIT
 */
#include "base/sha256.h"

#include "test.h"

static void digest_of(const void *bytes, size_t count, char text[NOTCH_SHA256_HEX])
{
    notch_sha256 hash;
    uint8_t digest[NOTCH_SHA256_BYTES];
    notch_sha256_init(&hash);
    notch_sha256_add(&hash, bytes, count);
    notch_sha256_finish(&hash, digest);
    notch_sha256_hex(digest, text);
}

/* FIPS 180-2 appendix B, and the 896-bit and empty messages of NIST's "Examples with Intermediate
 * Values" and CAVP byte-oriented vectors (SHA256ShortMsg.rsp). */
static const struct {
    const char *message, *digest;
} published[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
     "lmnopqrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"}};

TEST(published_digests)
{
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        char text[NOTCH_SHA256_HEX];
        digest_of(published[i].message, strlen(published[i].message), text);
        CHECK_STRING(text, published[i].digest);
    }
}

/* FIPS 180-2 appendix B.3, in pieces that do not fit the blocks. */
TEST(a_million_letters)
{
    char letters[97];
    memset(letters, 'a', sizeof letters);
    notch_sha256 hash;
    notch_sha256_init(&hash);
    for (size_t left = 1000000; left != 0;) {
        const size_t count = left < sizeof letters ? left : sizeof letters;
        notch_sha256_add(&hash, letters, count);
        left -= count;
    }
    uint8_t digest[NOTCH_SHA256_BYTES];
    char text[NOTCH_SHA256_HEX];
    notch_sha256_finish(&hash, digest);
    notch_sha256_hex(digest, text);
    CHECK_STRING(text, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

enum {
    LONGEST = 257
};

static void fill(uint8_t message[LONGEST], size_t length)
{
    for (size_t i = 0; i < length; i++) {
        message[i] = (uint8_t)(7 * i + length);
    }
}

/* All lengths around the ends of blocks and of the padding: the digest of all digests in turn. The
 * expected value is that of Python's hashlib (OpenSSL). */
TEST(every_length_up_to_four_blocks)
{
    notch_sha256 all;
    notch_sha256_init(&all);
    for (size_t length = 0; length <= LONGEST; length++) {
        uint8_t message[LONGEST], digest[NOTCH_SHA256_BYTES];
        fill(message, length);
        notch_sha256 hash;
        notch_sha256_init(&hash);
        notch_sha256_add(&hash, message, length);
        notch_sha256_finish(&hash, digest);
        notch_sha256_add(&all, digest, sizeof digest);
    }
    uint8_t digest[NOTCH_SHA256_BYTES];
    char text[NOTCH_SHA256_HEX];
    notch_sha256_finish(&all, digest);
    notch_sha256_hex(digest, text);
    CHECK_STRING(text, "20cbd727cf88cf378289b88c715b382f14c0d53d49ff3365e37dbdf4337f9c11");
}

TEST(pieces_do_not_matter)
{
    uint8_t message[LONGEST], digest[NOTCH_SHA256_BYTES];
    char whole[NOTCH_SHA256_HEX], pieces[NOTCH_SHA256_HEX];
    fill(message, LONGEST);
    digest_of(message, LONGEST, whole);
    for (size_t first = 0; first <= LONGEST; first++) {
        for (size_t second = first; second <= LONGEST; second += 13) {
            NOTE("pieces end at %zu and %zu", first, second);
            notch_sha256 hash;
            notch_sha256_init(&hash);
            notch_sha256_add(&hash, message, first);
            notch_sha256_add(&hash, NULL, 0);
            notch_sha256_add(&hash, message + first, second - first);
            notch_sha256_add(&hash, message + second, LONGEST - second);
            notch_sha256_finish(&hash, digest);
            notch_sha256_hex(digest, pieces);
            CHECK_STRING(pieces, whole);
        }
    }
}

/* The length field has 64 bits: 2^32 bits are 2^29 bytes, too long for a test, so that the state
 * is set as if they had been added. Expected: the padding block that FIPS 180-4 section 5.1.1
 * gives, absorbed as data. */
TEST(length_beyond_32_bits)
{
    notch_sha256 counted, padded;
    notch_sha256_init(&counted);
    counted.length = (UINT64_C(1) << 32) + 64;
    uint8_t digest[NOTCH_SHA256_BYTES], padding[64] = {0x80};
    padding[56 + 3] = 8; /* 2^35 + 512 bits */
    padding[56 + 6] = 2;
    notch_sha256_finish(&counted, digest);
    notch_sha256_init(&padded);
    notch_sha256_add(&padded, padding, sizeof padding);
    for (size_t i = 0; i < NOTCH_SHA256_BYTES; i++) {
        CHECK_EQUAL_U64(digest[i], padded.state[i / 4] >> (24 - 8 * (i % 4)) & 255);
    }
}

TEST_MAIN(RUN(published_digests), RUN(a_million_letters), RUN(every_length_up_to_four_blocks),
          RUN(pieces_do_not_matter), RUN(length_beyond_32_bits))
