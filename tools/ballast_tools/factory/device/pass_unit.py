# The jig has passed this unit: from the next start on it runs its application.
import esp32

nvs = esp32.NVS("factory")
nvs.set_i32("jig", 0)
nvs.commit()
print("JIG passed")
