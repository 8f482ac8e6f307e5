/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3-plan.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)

static guint64
reach (guint64 part_size, guint64 largest, guint *ret_parts)
{
  guint64 offset = 0, last = 0;
  guint parts = 0;

  while (offset < ANC_S3_MAX_OBJECT_SIZE && parts < ANC_S3_MAX_PARTS) {
    guint64 size = anc_s3_plan_part (part_size, largest, offset);
    g_assert_cmpuint (size, >=, last); /* some stores want it so */
    g_assert_cmpuint (size, >=, ANC_S3_MIN_PART_SIZE);
    g_assert_cmpuint (size, <=, ANC_S3_MAX_PART_SIZE);
    last = size;
    offset += size;
    parts++;
  }
  *ret_parts = parts;
  return offset;
}

static void
test_reaches_the_largest_object (void)
{
  static const guint64 sizes[] = { 5, 6, 8, 16, 64, 525, 5120 };
  guint parts;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_test_message ("%" G_GUINT64_FORMAT " MiB", sizes[i]);
    g_assert_cmpuint (reach (sizes[i] * MIB, 0, &parts), >=,
                      ANC_S3_MAX_OBJECT_SIZE);
    g_assert_cmpuint (parts, <=, ANC_S3_MAX_PARTS);
  }
  /* not a whole number of MiB */
  g_assert_cmpuint (reach (ANC_S3_MIN_PART_SIZE + 1, 0, &parts), >=,
                    ANC_S3_MAX_OBJECT_SIZE);
}

static void
test_begins_as_asked (void)
{
  g_assert_cmpuint (anc_s3_plan_part (8 * MIB, 0, 0), ==, 8 * MIB);
  g_assert_cmpuint (anc_s3_plan_part (8 * MIB, 0, 10000 * MIB), ==, 8 * MIB);
  g_assert_cmpuint (anc_s3_plan_part (8 * MIB, 0, 20000 * MIB), ==, 16 * MIB);
}

static void
test_limit (void)
{
  guint parts;

  g_assert_cmpuint (reach (8 * MIB, 32 * MIB, &parts), <,
                    ANC_S3_MAX_OBJECT_SIZE);
  g_assert_cmpuint (parts, ==, ANC_S3_MAX_PARTS);
  g_assert_cmpuint (
      anc_s3_plan_part (8 * MIB, 32 * MIB, G_GUINT64_CONSTANT (1) << 40), <=,
      32 * MIB);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/s3-plan/reaches-the-largest-object",
                   test_reaches_the_largest_object);
  g_test_add_func ("/s3-plan/begins-as-asked", test_begins_as_asked);
  g_test_add_func ("/s3-plan/limit", test_limit);
  return g_test_run ();
}
