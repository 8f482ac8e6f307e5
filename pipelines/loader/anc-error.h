/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Whose mistake it was; a failure of the running pipeline itself keeps the
 * domain and code that GStreamer gave it. */
typedef enum {
  ANC_ERROR_CONFIG,    /* something wrong in a config file */
  ANC_ERROR_PARAMETER, /* a value, a name or a file that the user gave */
  ANC_ERROR_RUN,       /* right question, but the work failed */
} AncError;

#define ANC_ERROR (anc_error_quark ())
GQuark anc_error_quark (void);

/* "FILE: at /json/pointer: ..."; pointer "" is the whole file. */
void anc_config_error (GError **error, const gchar *file, const gchar *pointer,
                       const gchar *format, ...) G_GNUC_PRINTF (4, 5);

/* The JSON pointer to a mistake in a config file; NULL for other errors. */
const gchar *anc_error_get_pointer (const GError *error);

/* The domain as a report writes it: config, parameter, run, or the name of
 * a GStreamer domain. */
const gchar *anc_error_domain_name (const GError *error);

/* The nearest of `names` to a misspelt `word`, as ", did you mean NAME?" or
 * an empty string; never NULL. */
gchar *anc_error_suggestion (const gchar *word, const gchar *const *names);

/* The message without its final stop, so that it fits in a sentence; works
 * for NULL too. */
gchar *anc_error_as_clause (const GError *error);
