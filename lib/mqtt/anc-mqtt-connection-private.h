/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "anc-backoff.h"
#include "anc-mqtt-connection.h"
#include "anc-mqtt-link.h"
#include "anc-mqtt-pacer.h"

typedef struct {
  gchar *filter;
  guint qos;
} AncMqttSubscription;

/* A QoS 2 message that an earlier link sent and Paho goes on with. */
typedef struct {
  gint packet_id;
  guint64 number;
  gboolean taken; /* from the queue again */
  gboolean done;
} AncMqttAdopted;

struct _AncMqttConnection {
  AncMqttSettings *settings;
  gchar *client_id;
  AncMqttQueue *queue;
  AncMqttCallbacks callbacks;
  gpointer user_data;
  GArray *subscriptions; /* fixed once it runs */
  GThread *thread;
  GCancellable *cancellable;

  /* Paho's threads post under its mutex: nothing is called under this lock. */
  GMutex lock;
  GCond changed;
  GQueue events;  /* of AncMqttLinkEvent; none outlives its link */
  gboolean woken; /* the queue has something */
  gboolean closing;
  guint grace_ms;
  AncMqttStats stats;

  /* The worker's own. Times are monotonic, in microseconds. */
  AncMqttState state;
  AncMqttSession *session;
  AncMqttLink *link;
  AncBackoff backoff;
  AncMqttPacer pacer;
  gint64 outage_since; /* start, or the end of the last connection */
  gint64 attempt_until;
  gint64 retry_at;
  gint64 paced_until; /* 0: not held back */
  gint64 connected_at;
  gint64 progress_at; /* last acknowledgement, or first of what is on its way */
  gboolean ever_connected;
  gboolean subscribed; /* once, in this process */
  gboolean wiped;      /* see machine.c */
  gboolean session_present;
  guint unanswered;       /* subscriptions */
  guint window;           /* messages on their way at most */
  guint32 maximum_packet; /* 0: none */
  guint link_acknowledged;
  guint barren; /* connections in a row that took messages and answered none */
  AncMqttMessage *held; /* taken, and held back by the pacer */
  guint64 held_number;
  guint64 highest_sent;
  GArray *adopted;
};

/* anc-mqtt-machine.c */
gpointer anc_mqtt_connection_run (gpointer connection);

void anc_mqtt_connection_enter (AncMqttConnection *self, AncMqttState state);
void anc_mqtt_connection_fail_for_good (AncMqttConnection *self,
                                        const GError *reason);
/* They take the reason: a try that failed, a connection that ended. */
void anc_mqtt_connection_fail_attempt (AncMqttConnection *self, GError *reason);
void anc_mqtt_connection_lose (AncMqttConnection *self, GError *reason);

/* anc-mqtt-attempt.c: from CONNECTING to CONNECTED. */
void anc_mqtt_connection_begin_attempt (AncMqttConnection *self);
void anc_mqtt_connection_on_connected (AncMqttConnection *self,
                                       const AncMqttLinkEvent *event);
void anc_mqtt_connection_on_failed (AncMqttConnection *self, gint code);
void anc_mqtt_connection_on_subscribed (AncMqttConnection *self);
void anc_mqtt_connection_on_subscribe_refused (AncMqttConnection *self,
                                               guint index, gint code);

/* Lock held. */
gboolean anc_mqtt_connection_pop_event (AncMqttConnection *self,
                                        AncMqttLinkEvent *ret_event);

/* anc-mqtt-publisher.c: the CONNECTED state. */

/* Sends what the window and the pacer let through. FALSE: *ret_reason says why
 * the link is of no more use. */
gboolean anc_mqtt_connection_pump (AncMqttConnection *self,
                                   GError **ret_reason);
void anc_mqtt_connection_published (AncMqttConnection *self, guint slot);
void anc_mqtt_connection_completed (AncMqttConnection *self, gint packet_id);
/* Frees the link; what was on its way is in the queue again, or adopted. */
void anc_mqtt_connection_drop_link (AncMqttConnection *self);
void anc_mqtt_connection_check_adopted (AncMqttConnection *self);
guint anc_mqtt_connection_on_their_way (AncMqttConnection *self);
