/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files: the search path, outputs that appear when whole, inputs that end in
 * the middle. */
#include "anc-error.h"
#include "anc-input-file.h"
#include "anc-output-file.h"
#include "anc-search-path.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
test_commit (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *path = fixture_path (fixture, "out.wav");
  g_autoptr (GError) error = NULL;
  g_autoptr (AncOutputFile) output
      = anc_output_file_new ("output", path, FALSE, &error);
  g_autofree gchar *text = NULL;
  GStatBuf info;
  mode_t mask = umask (022);

  umask (mask);
  g_assert_no_error (error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_file_set_contents_full (anc_output_file_get_path (output), "sound", -1,
                            G_FILE_SET_CONTENTS_NONE, 0666, NULL);
  g_assert_true (anc_output_file_commit (output, &error));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "sound");
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpuint (info.st_mode & 0777, ==, 0666 & ~mask);
  g_assert_cmpuint (fixture_count (fixture), ==, 1);
}

static void
test_abandon (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *path = fixture_path (fixture, "out.wav");
  AncOutputFile *output = anc_output_file_new ("output", path, FALSE, NULL);

  g_assert_nonnull (output);
  g_assert_cmpuint (fixture_count (fixture), ==, 1);
  anc_output_file_free (output);
  g_assert_cmpuint (fixture_count (fixture), ==, 0);
}

static void
test_overwrite (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *path = fixture_write (fixture, "out.wav", "old");
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AncOutputFile) output = NULL;

  g_assert_null (anc_output_file_new ("output", path, FALSE, &error));
  assert_error (error, ANC_ERROR_PARAMETER, "the file exists");
  output = anc_output_file_new ("output", path, TRUE, NULL);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "old");
  g_assert_true (anc_output_file_commit (output, NULL));
  g_assert_cmpuint (fixture_count (fixture), ==, 1);
}

/* Somebody else was faster: theirs stays. */
static void
test_race (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *path = fixture_path (fixture, "out.wav");
  g_autoptr (AncOutputFile) output
      = anc_output_file_new ("output", path, FALSE, NULL);
  g_autofree gchar *other = fixture_write (fixture, "out.wav", "theirs");
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (anc_output_file_commit (output, &error));
  assert_error (error, ANC_ERROR_RUN, "could not be written");
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "theirs");
}

/* What a killed run left goes; what another is writing stays. */
static void
test_stale (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *path = fixture_path (fixture, "out.wav");
  g_autofree gchar *stale
      = fixture_write (fixture, ".out.wav.anc-abcdef", "half");
  g_autofree gchar *other = fixture_write (fixture, ".out.wav.abcdef", "x");
  g_autoptr (AncOutputFile) first
      = anc_output_file_new ("output", path, FALSE, NULL);
  g_autoptr (AncOutputFile) second
      = anc_output_file_new ("output", path, FALSE, NULL);

  g_assert_false (g_file_test (stale, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (other, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (fixture_count (fixture), ==, 3);
  g_assert_true (anc_output_file_commit (first, NULL));
  g_assert_false (anc_output_file_commit (second, NULL));
}

static void
test_links (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *real = fixture_write (fixture, "real.wav", "old");
  g_autofree gchar *link = fixture_path (fixture, "link.wav");
  g_autofree gchar *loose = fixture_path (fixture, "loose.wav");
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AncOutputFile) output = NULL;

  g_assert_cmpint (symlink ("real.wav", link), ==, 0);
  g_assert_cmpint (symlink ("nowhere.wav", loose), ==, 0);
  g_assert_null (anc_output_file_new ("output", link, FALSE, NULL));
  g_assert_null (anc_output_file_new ("output", loose, TRUE, &error));
  assert_error (error, ANC_ERROR_PARAMETER, "a link to a file that is not");
  output = anc_output_file_new ("output", link, TRUE, NULL);
  g_assert_true (anc_output_file_commit (output, NULL));
  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (g_file_get_contents (real, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "");
}

static void
test_bad_outputs (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *deep = fixture_path (fixture, "no/such/out.wav");
  g_autoptr (GError) error = NULL;

  g_assert_null (anc_output_file_new ("output", deep, FALSE, &error));
  assert_error (error, ANC_ERROR_PARAMETER, "there is no directory");
  g_clear_error (&error);
  g_assert_null (
      anc_output_file_new ("output", fixture->directory, TRUE, &error));
  assert_error (error, ANC_ERROR_PARAMETER, "it is a directory");
}

static void
test_device (Fixture *fixture, gconstpointer data)
{
  g_autoptr (AncOutputFile) output
      = anc_output_file_new ("output", "/dev/null", FALSE, NULL);

  g_assert_cmpstr (anc_output_file_get_path (output), ==, "/dev/null");
  g_assert_true (anc_output_file_commit (output, NULL));
  g_assert_true (g_file_test ("/dev/null", G_FILE_TEST_EXISTS));
}

static void
test_same (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *path = fixture_write (fixture, "a", "x");
  g_autofree gchar *winding = fixture_path (fixture, "./a");
  g_autofree gchar *other = fixture_write (fixture, "b", "x");

  g_assert_true (anc_output_file_is_same (path, winding));
  g_assert_false (anc_output_file_is_same (path, other));
  g_assert_false (anc_output_file_is_same (path, "/nowhere"));
}

static void
test_cut_wav (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *whole = fixture_write_wav (fixture, "w.wav", 100, 100);
  g_autofree gchar *cut = fixture_write_wav (fixture, "c.wav", 100, 99);
  g_autofree gchar *more = fixture_write_wav (fixture, "m.wav", 100, 101);
  g_autofree gchar *open = fixture_write_wav (fixture, "o.wav", 0x7fffffff, 10);

  g_assert_false (anc_input_file_is_cut (whole));
  g_assert_true (anc_input_file_is_cut (cut));
  g_assert_false (anc_input_file_is_cut (more));
  g_assert_false (anc_input_file_is_cut (open));
  g_assert_true (anc_input_file_is_whole_wav (whole));
  g_assert_false (anc_input_file_is_whole_wav (cut));
  g_assert_true (anc_input_file_is_whole_wav (more));
  g_assert_false (anc_input_file_is_whole_wav (open));
  g_assert_false (anc_input_file_is_whole_wav ("/nowhere"));
}

/* Every prefix of every kind of file is read without a fault. */
static void
test_cut_anything (Fixture *fixture, gconstpointer data)
{
  static const gchar page[33]
      = { 'O', 'g', 'g', 'S', 0, 4, [26] = 1, [27] = 5 };
  static const gchar mp3[] = "ID3\3\0\0\0\0\0\2ab\xff\xfb\x90\x64"
                             "Info\0\0\0\3\0\0\0\1\0\0\0\40________________";
  g_autofree gchar *path = fixture_path (fixture, "x");

  for (gsize n = 0; n <= sizeof page; n++) {
    g_assert_true (g_file_set_contents (path, page, (gssize) n, NULL));
    g_assert_cmpint (anc_input_file_is_cut (path), ==, n >= 27 && n < 33);
  }
  for (gsize n = 0; n < sizeof mp3; n++) {
    g_assert_true (g_file_set_contents (path, mp3, (gssize) n, NULL));
    g_assert_cmpint (anc_input_file_is_cut (path), ==, n >= 32 && n < 44);
  }
  g_assert_false (anc_input_file_is_cut ("/nowhere"));
}

/* A box's length is in its first four bytes, the highest first. */
static void
test_index (Fixture *fixture, gconstpointer data)
{
  static const gchar mp4[] = "\0\0\0\14ftypM4A \0\0\0\12mdat.."
                             "\0\0\0\1moov\0\0\0\0\0\0\0\24....";
  g_autofree gchar *path = fixture_path (fixture, "x");

  for (gsize n = 0; n < sizeof mp4; n++) {
    g_assert_true (g_file_set_contents (path, mp4, (gssize) n, NULL));
    g_assert_cmpint (anc_input_file_lacks_index (path), ==,
                     n >= 8 && n < sizeof mp4 - 1);
  }
  g_assert_true (g_file_set_contents (path, mp4 + 12, 30, NULL));
  g_assert_false (anc_input_file_lacks_index (path));
  g_assert_false (anc_input_file_lacks_index ("/nowhere"));
}

static void
test_search (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *good = fixture_write (fixture, "good.json", "{}");
  g_autofree gchar *without = g_strndup (good, strlen (good) - 5);
  const gchar *directories[] = { "/nowhere", fixture->directory, NULL };
  g_autofree gchar *by_name = NULL, *by_path = NULL, *by_stem = NULL;
  g_auto (GStrv) names = NULL;
  g_autoptr (GError) error = NULL;

  by_name = anc_search_path_find (directories, "good", NULL);
  by_path = anc_search_path_find (directories, good, NULL);
  by_stem = anc_search_path_find (directories, without, NULL);
  g_assert_cmpstr (by_name, ==, good);
  g_assert_cmpstr (by_path, ==, good);
  g_assert_cmpstr (by_stem, ==, good);
  g_assert_null (anc_search_path_find (directories, "goof", &error));
  assert_error (error, ANC_ERROR_PARAMETER, "did you mean good?");
  g_clear_error (&error);
  g_assert_null (anc_search_path_find (directories, "./good.json", &error));
  assert_error (error, ANC_ERROR_PARAMETER, "there is no config file");
  names = anc_search_path_list (directories);
  g_assert_cmpuint (g_strv_length (names), ==, 1);
}

static void
test_search_order (void)
{
  g_auto (GStrv) directories = NULL;

  g_setenv ("ANC_PIPELINE_PATH", "/first:/second", TRUE);
  directories = anc_search_path_new ("/program");
  g_assert_cmpstr (directories[0], ==, "/first");
  g_assert_cmpstr (directories[1], ==, "/second");
  g_assert_true (g_str_has_prefix (directories[2], g_get_user_data_dir ()));
  g_assert_true (g_strv_contains ((const gchar *const *) directories,
                                  "/program/../presets"));
  g_unsetenv ("ANC_PIPELINE_PATH");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  fixture_add ("/output/commit", test_commit);
  fixture_add ("/output/abandon", test_abandon);
  fixture_add ("/output/overwrite", test_overwrite);
  fixture_add ("/output/race", test_race);
  fixture_add ("/output/stale", test_stale);
  fixture_add ("/output/links", test_links);
  fixture_add ("/output/bad", test_bad_outputs);
  fixture_add ("/output/device", test_device);
  fixture_add ("/output/same", test_same);
  fixture_add ("/input/cut-wav", test_cut_wav);
  fixture_add ("/input/cut-anything", test_cut_anything);
  fixture_add ("/input/index", test_index);
  fixture_add ("/search/find", test_search);
  g_test_add_func ("/search/order", test_search_order);
  return g_test_run ();
}
