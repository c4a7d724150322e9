"""Ways to reach people: WhatsApp, text messages, e-mail, and the rooms where a desk's own people sit."""
