/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A fuzz target without libFuzzer, for any compiler: every seed as it is, then
 * a fixed number of mutations of them, always the same. It is not guided by
 * coverage; ./run test slow does that with the same targets.
 *
 *     fuzz-NAME FOLDER    the seeds in it and their mutations, as TAP
 *     fuzz-NAME FILE      one input, such as a crash that was written
 *
 * What is being tried is in fuzz-NAME.case when the program dies of it. */

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CASES 20000
#define CASES_SHORT 500 /* under memcheck */
#define SEED 0x9e3779b97f4a7c15u
#define MAX_SIZE 4096 /* libFuzzer's own, for seeds as small as these */
#define MAX_SEEDS 64

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

typedef struct {
  uint8_t bytes[MAX_SIZE];
  size_t size;
} Input;

static Input seeds[MAX_SEEDS];
static size_t n_seeds;
static uint64_t state = SEED;
static int case_file = -1;

/* xorshift64*: S. Vigna, "An experimental exploration of Marsaglia's xorshift
 * generators, scrambled", 2016. */
static size_t
below (size_t n)
{
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return n == 0 ? 0 : (size_t) ((state * 0x2545f4914f6cdd1du) >> 33) % n;
}

static int
load (const char *name, Input *input)
{
  FILE *file = fopen (name, "rb");

  if (file == NULL)
    return -1;
  input->size = fread (input->bytes, 1, sizeof input->bytes, file);
  fclose (file);
  return 0;
}

static int
is_visible (const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

/* In the order of their names: the mutations depend on it. */
static void
load_seeds (const char *folder)
{
  struct dirent **entries = NULL;
  int n = scandir (folder, &entries, is_visible, alphasort), i;

  for (i = 0; i < n; i++) {
    char name[4096];

    snprintf (name, sizeof name, "%s/%s", folder, entries[i]->d_name);
    if (n_seeds < MAX_SEEDS && load (name, &seeds[n_seeds]) == 0)
      n_seeds++;
    free (entries[i]);
  }
  free (entries);
}

static void
erase (Input *input)
{
  size_t at = below (input->size), n = 1 + below (input->size - at);

  memmove (input->bytes + at, input->bytes + at + n, input->size - at - n);
  input->size -= n;
}

/* Makes room for n bytes of anything. */
static uint8_t *
insert (Input *input, size_t at, size_t n)
{
  memmove (input->bytes + at + n, input->bytes + at, input->size - at);
  input->size += n;
  return input->bytes + at;
}

static void
copy_part (Input *input, const Input *from)
{
  size_t start = below (from->size), n = 1 + below (from->size - start);
  uint8_t part[MAX_SIZE];

  if (from->size == 0 || input->size + n > MAX_SIZE)
    return;
  memcpy (part, from->bytes + start, n);
  memcpy (insert (input, below (input->size + 1), n), part, n);
}

/* Where counts and sizes go wrong. */
static void
put_number (Input *input)
{
  static const uint32_t numbers[]
      = { 0,          1,          4,          0x7f,       0x80,
          0xff,       0x7fff,     0x8000,     0xffff,     0x7fffffff,
          0x80000000, 0xfffffffe, 0xffffffff, 0x7f800000, 0x7fc00000 };
  uint32_t number = numbers[below (sizeof numbers / sizeof numbers[0])];
  size_t n = (size_t) 1 << below (3), i, at;

  if (input->size < n)
    return;
  at = below (input->size - n + 1);
  for (i = 0; i < n; i++)
    input->bytes[at + i] = (uint8_t) (number >> (8 * i));
}

static void
mutate (Input *input)
{
  switch (below (6)) {
  case 0:
    if (input->size > 0)
      input->bytes[below (input->size)] ^= (uint8_t) (1u << below (8));
    break;
  case 1:
    if (input->size > 0)
      input->bytes[below (input->size)] = (uint8_t) below (256);
    break;
  case 2:
    if (input->size > 0)
      erase (input);
    break;
  case 3:
    copy_part (input, input);
    break;
  case 4:
    copy_part (input, &seeds[below (n_seeds)]);
    break;
  default:
    put_number (input);
    break;
  }
}

/* For whoever looks into the crash that this input may be. */
static int
keep (const Input *input)
{
  return case_file < 0
         || (pwrite (case_file, input->bytes, input->size, 0)
                 == (ssize_t) input->size
             && ftruncate (case_file, (off_t) input->size) == 0);
}

/* The bytes end where their memory does, so that reading on is seen. */
static void
try_input (const Input *input)
{
  uint8_t *bytes = malloc (input->size > 0 ? input->size : 1);

  if (bytes == NULL || !keep (input)) {
    printf ("Bail out! no memory, or the disk is full\n");
    exit (1);
  }
  memcpy (bytes, input->bytes, input->size);
  LLVMFuzzerTestOneInput (bytes, input->size);
  free (bytes);
}

static void
try_mutations (unsigned cases)
{
  unsigned i, k;

  for (i = 0; i < cases; i++) {
    Input input = seeds[below (n_seeds)];

    for (k = 1 + (unsigned) below (8); k > 0; k--)
      mutate (&input);
    try_input (&input);
  }
}

static int
test_folder (const char *program, const char *folder)
{
  const char *slash = strrchr (program, '/');
  unsigned cases = getenv ("ANC_TEST_SHORT") != NULL ? CASES_SHORT : CASES;
  char name[256];
  size_t i;

  load_seeds (folder);
  snprintf (name, sizeof name, "%s.case", slash != NULL ? slash + 1 : program);
  case_file = open (name, O_RDWR | O_CREAT | O_TRUNC, 0644);
  printf ("1..2\n# what it dies of is in %s; the seed is %#llx\n", name,
          (unsigned long long) SEED);
  fflush (stdout);
  for (i = 0; i < n_seeds; i++)
    try_input (&seeds[i]);
  printf ("%s 1 %zu seeds\n", n_seeds > 0 ? "ok" : "not ok", n_seeds);
  fflush (stdout);
  if (n_seeds == 0)
    return 1;
  try_mutations (cases);
  printf ("ok 2 %u mutations\n", cases);
  unlink (name);
  return 0;
}

int
main (int argc, char **argv)
{
  static Input input;
  struct stat about;

  if (argc != 2 || stat (argv[1], &about) != 0) {
    fprintf (stderr, "usage: %s FOLDER|FILE\n", argv[0]);
    return 2;
  }
  if (S_ISDIR (about.st_mode))
    return test_folder (argv[0], argv[1]);
  if (load (argv[1], &input) != 0)
    return 1;
  try_input (&input);
  return 0;
}
