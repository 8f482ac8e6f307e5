/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One parameter as a config file declares it. */
#pragma once

#include "anc-json.h"

typedef enum {
  ANC_PARAMETER_STRING,
  ANC_PARAMETER_INTEGER,
  ANC_PARAMETER_NUMBER,
  ANC_PARAMETER_BOOLEAN,
} AncParameterType;

typedef enum {
  ANC_FORMAT_NONE,
  ANC_FORMAT_INPUT_FILE,
  ANC_FORMAT_OUTPUT_FILE, /* written under a temporary name */
  ANC_FORMAT_INPUT_URI,
  ANC_FORMAT_OUTPUT_URI,
  ANC_FORMAT_SECRET, /* given by reference only, shown nowhere */
} AncFormat;

/* As config files write it; NULL for ANC_FORMAT_NONE. */
const gchar *anc_format_name (AncFormat self);

/* A file or a URI that is read, or written. */
gboolean anc_format_is_input (AncFormat self);
gboolean anc_format_is_output (AncFormat self);

/* Where a value comes from when nobody gives one. */
typedef enum {
  ANC_DEFAULT_NONE, /* the element keeps its own */
  ANC_DEFAULT_TEXT,
  ANC_DEFAULT_ENVIRONMENT, /* the rest name a variable, a file, a parameter */
  ANC_DEFAULT_FILE,
  ANC_DEFAULT_SUFFIX_OF,
  ANC_DEFAULT_FORMAT_OF,
} AncDefault;

typedef struct {
  gchar *element;
  gchar *property;
} AncTarget;

typedef struct {
  gchar *name;
  gchar *description;
  gchar *pointer; /* into the config file, for errors */
  AncParameterType type;
  AncFormat format;
  gboolean required;
  gdouble minimum, maximum; /* -inf, inf: no limit */
  GStrv values;             /* the enum, or NULL */
  AncDefault default_kind;
  gchar *default_text;
  GPtrArray *targets; /* of AncTarget */
  gboolean broken;    /* has mistakes: some of this is not known */
} AncParameter;

/* NULL if it is no object; else what could be read. */
AncParameter *anc_parameter_new (const AncJson *json, const gchar *name,
                                 AncMistakes *mistakes);
void anc_parameter_free (AncParameter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncParameter, anc_parameter_free)

/* "string", "integer", "number" or "boolean". */
const gchar *anc_parameter_type_name (const AncParameter *self);

/* Checks a value written as text against type, range and enum and returns it
 * in the one form that is set later; NULL with a reason (no name, no value in
 * it, so that the caller may quote the value or keep it to itself). */
gchar *anc_parameter_normalise (const AncParameter *self, const gchar *text,
                                gchar **ret_reason);

/* The same for a JSON value; numbers and booleans become text. NULL if the
 * JSON type is not the parameter's. */
gchar *anc_parameter_text_of (const AncParameter *self, JsonNode *node);
