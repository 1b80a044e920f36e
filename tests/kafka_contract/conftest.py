"""What a test of Kafka leaves open fails that test."""

from tests.world.left_open import leaves_nothing_open as leaves_nothing_open
