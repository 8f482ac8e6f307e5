/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* AWS IoT Core quotas, "Message broker and protocol limits". */
#define ANC_MQTT_AWS_PAYLOAD_BYTES (128u * 1024u)
#define ANC_MQTT_AWS_CLIENT_ID_BYTES 128u
#define ANC_MQTT_AWS_IN_FLIGHT 100u
#define ANC_MQTT_AWS_PUBLISHES_PER_S 100u
#define ANC_MQTT_AWS_BYTES_PER_S (512u * 1024u)
/* On port 443 AWS tells MQTT from HTTPS by this protocol name. */
#define ANC_MQTT_AWS_ALPN "x-amzn-mqtt-ca"

/* MQTT 3.1.1 and 5.0: the largest Remaining Length, header included. */
#define ANC_MQTT_PACKET_BYTES 268435455u

typedef enum {
  ANC_MQTT_VERSION_3_1_1 = 4, /* the number in the CONNECT packet */
  ANC_MQTT_VERSION_5 = 5,
} AncMqttVersion;

typedef enum {
  ANC_MQTT_AWS_AUTO, /* on when the host is an AWS endpoint */
  ANC_MQTT_AWS_ON,   /* custom domains */
  ANC_MQTT_AWS_OFF,
} AncMqttAws;

/* All that makes a connection. The strings belong to the structure; change them
 * with g_free() and g_strdup(), the secrets with anc_secret_replace(). */
typedef struct {
  gchar *host;
  guint port;       /* 0: 1883, or 8883 with tls */
  gchar *client_id; /* NULL: "anc-" and 16 random digits */
  gchar *username;
  gchar *password;          /* secret */
  AncMqttVersion version;   /* 3.1.1 */
  guint keep_alive_s;       /* 60; 0: none */
  gboolean clean_session;   /* TRUE: the broker forgets us (5.0: clean start) */
  guint32 session_expiry_s; /* 5.0: how long it keeps the session; 0 */
  guint max_in_flight;      /* 100: QoS 1 and 2 without an acknowledgement */
  guint64 max_payload;      /* bytes; 0: the protocol's, or AWS's limit */

  gboolean tls;
  gchar *ca_file;          /* PEM; NULL: the system's */
  gchar *certificate_file; /* PEM, the chain from our own on; NULL: none */
  gchar *key_file;         /* PEM; NULL: in the certificate's file */
  gchar *key_password;     /* secret */
  gchar *alpn;             /* NULL: none; AWS on port 443: theirs */
  gboolean verify;         /* TRUE: certificate and host name are checked */

  gchar *will_topic;    /* NULL: no last will */
  GBytes *will_payload; /* NULL: empty */
  guint will_qos;
  gboolean will_retain;

  guint attempt_timeout_ms;   /* 10,000: TCP, TLS and CONNACK together */
  guint connect_timeout_ms;   /* 30,000: until the first success; 0: for ever */
  guint reconnect_timeout_ms; /* 0 (for ever): without one later on */
  guint reconnect_first_ms;   /* 1,000: bounds of the wait before a try, see */
  guint reconnect_longest_ms; /* 60,000: AncBackoff */
  guint acknowledge_timeout_ms; /* 30,000: a broker silent for that long while
                                   messages wait for it is given up */
  AncMqttAws aws;
} AncMqttSettings;

AncMqttSettings *anc_mqtt_settings_new (void);
AncMqttSettings *anc_mqtt_settings_copy (const AncMqttSettings *self);
void anc_mqtt_settings_free (AncMqttSettings *self);

/* Whether AWS's limits count. */
gboolean anc_mqtt_settings_is_aws (const AncMqttSettings *self);

/* The largest payload in bytes: max_payload, but never above what the protocol
 * or AWS allow. */
guint64 anc_mqtt_settings_max_payload (const AncMqttSettings *self);

/* Everything that can be known without the network: ranges, the will's topic,
 * AWS's limits, whether the certificate files can be read, belong together and
 * are valid today. */
gboolean anc_mqtt_settings_check (const AncMqttSettings *self, GError **error);

/* ANC_MQTT_ERROR_SETTINGS for a QoS above 2, and for QoS 2 with AWS, which
 * never answers it. */
gboolean anc_mqtt_settings_check_qos (const AncMqttSettings *self, guint qos,
                                      GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AncMqttSettings, anc_mqtt_settings_free)
