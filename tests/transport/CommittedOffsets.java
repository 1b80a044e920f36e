import java.util.Properties;
import org.apache.kafka.clients.admin.AdminClient;

/** Prints what Apache Kafka's own administration client finds committed: topic, partition and offset, a line each. */
class CommittedOffsets {
    public static void main(String[] arguments) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", arguments[0]);
        try (AdminClient client = AdminClient.create(settings)) {
            client.listConsumerGroupOffsets(arguments[1]).partitionsToOffsetAndMetadata().get().forEach((place, found) ->
                System.out.println(place.topic() + " " + place.partition() + " " + found.offset() + " "
                    + found.leaderEpoch().isPresent()));
        }
    }
}
