import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.strimzi.api.kafka.model.common.UnknownPropertyPreserving;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.io.File;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Reads a file of KafkaTopics and KafkaUsers with Strimzi's own classes and prints what they do not know, one a line. */
public class Strimzi {
    public static void main(String[] arguments) throws Exception {
        ObjectMapper mapper = new ObjectMapper(new YAMLFactory());
        List<String> unknown = new ArrayList<>();
        var documents = mapper.readerFor(Map.class).<Map<String, Object>>readValues(new File(arguments[0]));
        while (documents.hasNext()) {
            Map<String, Object> document = documents.next();
            Class<?> type = switch ((String) document.get("kind")) {
                case "KafkaTopic" -> KafkaTopic.class;
                case "KafkaUser" -> KafkaUser.class;
                default -> throw new IllegalArgumentException("no such kind: " + document.get("kind"));
            };
            // An enumeration's wrong name becomes null in Strimzi's classes: what is lost on the way is wrong too.
            Object read = mapper.convertValue(document, type);
            look(read, type.getSimpleName(), unknown, new IdentityHashMap<>());
            lost(document, mapper.convertValue(read, Map.class), type.getSimpleName(), unknown);
        }
        unknown.forEach(System.out::println);
    }

    private static void look(Object value, String path, List<String> unknown, Map<Object, Object> seen) throws Exception {
        if (value == null || seen.put(value, value) != null) return;
        if (value instanceof List<?> list) {
            for (Object item : list) look(item, path + "[]", unknown, seen);
        } else if (value.getClass().getName().startsWith("io.strimzi.api")) {
            if (value instanceof UnknownPropertyPreserving known)
                for (String name : known.getAdditionalProperties().keySet()) unknown.add(path + "." + name + ": unknown");
            for (Method method : value.getClass().getMethods())
                if (method.getName().startsWith("get") && method.getParameterCount() == 0 && !value.getClass().isEnum())
                    look(method.invoke(value), path + "." + method.getName().substring(3).toLowerCase(), unknown, seen);
        }
    }

    private static void lost(Object before, Object after, String path, List<String> unknown) {
        if (before instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                Object other = after instanceof Map<?, ?> read ? read.get(entry.getKey()) : null;
                lost(entry.getValue(), other, path + "." + entry.getKey(), unknown);
            }
        } else if (before instanceof List<?> list) {
            for (int place = 0; place < list.size(); place++) {
                Object other = after instanceof List<?> read && place < read.size() ? read.get(place) : null;
                lost(list.get(place), other, path + "[" + place + "]", unknown);
            }
        } else if (before != null && (after == null || !before.toString().equals(after.toString()))) {
            unknown.add(path + ": read as " + after);
        }
    }
}
