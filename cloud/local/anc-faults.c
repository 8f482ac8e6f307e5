/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-faults.h"

#include <string.h>

static const gchar *const calls[ANC_CALLS]
    = { "next", "response", "error", "init-error", "register", "event-next" };

static const struct {
  const gchar *name;
  guint least, most; /* of the value; 0, 0: there is none */
} kinds[] = {
  [ANC_FAULT_STATUS] = { "status", 100, 599 },
  [ANC_FAULT_RESET] = { "reset", 0, 0 },
  [ANC_FAULT_LOSE] = { "lose", 0, 0 },
  [ANC_FAULT_STALL] = { "stall", 1, 3600000 },
  [ANC_FAULT_CUT] = { "cut", 1, G_MAXINT },
};

typedef struct {
  AncCall call;
  guint64 number; /* 0: all */
  AncFault fault;
} Rule;

struct _AncFaults {
  GMutex lock;
  GArray *rules; /* Rule */
  guint64 counts[ANC_CALLS];
};

const gchar *
anc_call_name (AncCall call)
{
  return calls[call];
}

AncFaults *
anc_faults_new (void)
{
  AncFaults *self = g_new0 (AncFaults, 1);

  g_mutex_init (&self->lock);
  self->rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  return self;
}

void
anc_faults_free (AncFaults *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->rules);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
parse_call (const gchar *word, AncCall *ret_call)
{
  for (guint i = 0; i < ANC_CALLS; i++) {
    if (g_str_equal (calls[i], word)) {
      *ret_call = i;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
parse_fault (gchar **words, AncFault *ret_fault)
{
  guint64 value = 0;

  for (guint i = ANC_FAULT_STATUS; i < G_N_ELEMENTS (kinds); i++) {
    gboolean has_value = kinds[i].most > 0;

    if (!g_str_equal (kinds[i].name, words[0]))
      continue;
    if (has_value
            ? words[1] == NULL
                  || !g_ascii_string_to_unsigned (words[1], 10, kinds[i].least,
                                                  kinds[i].most, &value, NULL)
                  || words[2] != NULL
            : words[1] != NULL)
      return FALSE;
    *ret_fault = (AncFault){ i, (guint) value };
    return TRUE;
  }
  return FALSE;
}

gboolean
anc_faults_add (AncFaults *self, const gchar *rule, GError **error)
{
  g_auto (GStrv) words = g_strsplit (rule, ":", 5);
  Rule parsed = { 0 };

  if (g_strv_length (words) < 3 || !parse_call (words[0], &parsed.call)
      || (!g_str_equal (words[1], "*")
          && !g_ascii_string_to_unsigned (words[1], 10, 1, G_MAXUINT32,
                                          &parsed.number, NULL))
      || !parse_fault (words + 2, &parsed.fault)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 "fault: \"%s\" is not CALL:N:WHAT[:VALUE], as in next:1:reset "
                 "or response:2:status:500",
                 rule);
    return FALSE;
  }
  g_mutex_lock (&self->lock);
  g_array_append_val (self->rules, parsed);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

AncFault
anc_faults_take (AncFaults *self, AncCall call)
{
  AncFault fault = { ANC_FAULT_NONE, 0 };

  g_mutex_lock (&self->lock);
  self->counts[call]++;
  for (guint i = 0; i < self->rules->len; i++) {
    const Rule *rule = &g_array_index (self->rules, Rule, i);

    if (rule->call == call
        && (rule->number == 0 || rule->number == self->counts[call]))
      fault = rule->fault;
  }
  g_mutex_unlock (&self->lock);
  return fault;
}
